package dev.loupe.engine.backend.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * The functions of OpenCL 1.2 (<a href="https://registry.khronos.org/OpenCL/specs/opencl-1.2.pdf">specification</a>)
 * that the backend calls, out of the system's ICD loader.
 *
 * <p>Invariant: nothing is loaded before the first use; without a loader there is a reason and no error.
 */
final class OpenCl {
    private static final List<String> LIBRARIES =
            List.of("libOpenCL.so.1", "libOpenCL.so", "/System/Library/Frameworks/OpenCL.framework/OpenCL", "OpenCL");
    private static final FunctionDescriptor RELEASE = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    private static final FunctionDescriptor INFO =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);

    /** Queue, buffer, whether to wait, offset, bytes, host memory; events. */
    private static final FunctionDescriptor WITH_HOST = FunctionDescriptor.of(
            JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);

    /** Queue, two of buffer and pattern, three of offsets and bytes; events. */
    private static final FunctionDescriptor WITHIN = FunctionDescriptor.of(
            JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);

    final MethodHandle getPlatformIds;
    final MethodHandle getPlatformInfo;
    final MethodHandle getDeviceIds;
    final MethodHandle getDeviceInfo;
    final MethodHandle createContext;
    final MethodHandle releaseContext;
    final MethodHandle createCommandQueue;
    final MethodHandle releaseCommandQueue;
    final MethodHandle createBuffer;
    final MethodHandle releaseMemObject;
    final MethodHandle enqueueWriteBuffer;
    final MethodHandle enqueueReadBuffer;
    final MethodHandle enqueueCopyBuffer;
    final MethodHandle enqueueFillBuffer;
    final MethodHandle enqueueNdRangeKernel;
    final MethodHandle finish;
    final MethodHandle createProgramWithSource;
    final MethodHandle buildProgram;
    final MethodHandle getProgramBuildInfo;
    final MethodHandle releaseProgram;
    final MethodHandle createKernel;
    final MethodHandle setKernelArg;
    final MethodHandle releaseKernel;

    private final SymbolLookup library;

    private OpenCl(SymbolLookup library) {
        this.library = library;
        getPlatformIds = function("clGetPlatformIDs", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
        getPlatformInfo = function("clGetPlatformInfo", INFO);
        getDeviceIds = function("clGetDeviceIDs", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
        getDeviceInfo = function("clGetDeviceInfo", INFO);
        createContext = function("clCreateContext", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        releaseContext = function("clReleaseContext", RELEASE);
        createCommandQueue = function("clCreateCommandQueue", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
        releaseCommandQueue = function("clReleaseCommandQueue", RELEASE);
        createBuffer = function("clCreateBuffer", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
        releaseMemObject = function("clReleaseMemObject", RELEASE);
        enqueueWriteBuffer = function("clEnqueueWriteBuffer", WITH_HOST);
        enqueueReadBuffer = function("clEnqueueReadBuffer", WITH_HOST);
        enqueueCopyBuffer = function("clEnqueueCopyBuffer", WITHIN);
        enqueueFillBuffer = function("clEnqueueFillBuffer", WITHIN);
        enqueueNdRangeKernel = function(
                "clEnqueueNDRangeKernel",
                JAVA_INT,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                ADDRESS);
        finish = function("clFinish", RELEASE);
        createProgramWithSource =
                function("clCreateProgramWithSource", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
        buildProgram = function("clBuildProgram", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        getProgramBuildInfo =
                function("clGetProgramBuildInfo", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
        releaseProgram = function("clReleaseProgram", RELEASE);
        createKernel = function("clCreateKernel", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        setKernelArg = function("clSetKernelArg", JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS);
        releaseKernel = function("clReleaseKernel", RELEASE);
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return function(name, FunctionDescriptor.of(result, arguments));
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find(name)
                                .orElseThrow(() -> new LoupeException(
                                        "The system's OpenCL has no %s, it is older than 1.2; update it or stay with %%device cpu."
                                                .formatted(name))),
                        descriptor);
    }

    /** The system's OpenCL, where there is a loader. */
    static Optional<OpenCl> find() {
        return Optional.ofNullable(Loaded.LIBRARY);
    }

    /** Loads once, at the first use. */
    private static final class Loaded {
        private static final OpenCl LIBRARY = load();

        private static OpenCl load() {
            for (String name : LIBRARIES) {
                try {
                    return new OpenCl(SymbolLookup.libraryLookup(name, Arena.global()));
                } catch (IllegalArgumentException e) {
                    continue; // not under this name
                }
            }
            return null;
        }
    }
}
