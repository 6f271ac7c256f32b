package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** Status codes of OpenCL ({@code cl.h}) as exceptions. Invariant: the message names the call that failed. */
final class ClStatus {
    static final int SUCCESS = 0;
    static final int DEVICE_NOT_FOUND = -1;
    static final int BUILD_PROGRAM_FAILURE = -11;

    /** The ICD loader found no driver. */
    static final int PLATFORM_NOT_FOUND = -1001;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"),
            Map.entry(-2, "CL_DEVICE_NOT_AVAILABLE"),
            Map.entry(-3, "CL_COMPILER_NOT_AVAILABLE"),
            Map.entry(-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
            Map.entry(-5, "CL_OUT_OF_RESOURCES"),
            Map.entry(-6, "CL_OUT_OF_HOST_MEMORY"),
            Map.entry(BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"),
            Map.entry(-30, "CL_INVALID_VALUE"),
            Map.entry(-33, "CL_INVALID_DEVICE"),
            Map.entry(-34, "CL_INVALID_CONTEXT"),
            Map.entry(-36, "CL_INVALID_COMMAND_QUEUE"),
            Map.entry(-38, "CL_INVALID_MEM_OBJECT"),
            Map.entry(-45, "CL_INVALID_PROGRAM_EXECUTABLE"),
            Map.entry(-46, "CL_INVALID_KERNEL_NAME"),
            Map.entry(-48, "CL_INVALID_KERNEL"),
            Map.entry(-49, "CL_INVALID_ARG_INDEX"),
            Map.entry(-50, "CL_INVALID_ARG_VALUE"),
            Map.entry(-51, "CL_INVALID_ARG_SIZE"),
            Map.entry(-52, "CL_INVALID_KERNEL_ARGS"),
            Map.entry(-54, "CL_INVALID_WORK_GROUP_SIZE"),
            Map.entry(-61, "CL_INVALID_BUFFER_SIZE"),
            Map.entry(PLATFORM_NOT_FOUND, "CL_PLATFORM_NOT_FOUND_KHR"));

    private ClStatus() {}

    /** Throws unless a call succeeded. */
    static void check(int status, String call) {
        if (status != SUCCESS) {
            throw failure(status, call);
        }
    }

    static LoupeException failure(int status, String call) {
        return new LoupeException(
                switch (status) {
                    case -4, -5, -6, -61 ->
                        "The OpenCL device ran out of memory (%s: %s); choose a smaller dtype, or %%device cpu."
                                .formatted(call, name(status));
                    default ->
                        "OpenCL's %s failed with %s; run it again, or go on with %%device cpu."
                                .formatted(call, name(status));
                });
    }

    /** For example "CL_OUT_OF_RESOURCES (-5)". */
    static String name(int status) {
        return "%s (%d)".formatted(NAMES.getOrDefault(status, "an error of the driver"), status);
    }

    /** A call that gives a status. */
    interface Call {
        int run() throws Throwable;
    }

    /** A call that makes something and writes a status. */
    interface Creation {
        MemorySegment run(MemorySegment status) throws Throwable;
    }

    /** The status of a call. */
    static int status(String name, Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the binding of " + name, e);
        }
    }

    /** Calls, and throws unless it succeeds. */
    static void call(String name, Call call) {
        check(status(name, call), name);
    }

    /** Creates, and throws unless it succeeds. */
    static MemorySegment create(String name, Creation creation) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment made = creation.run(status);
            check(status.get(ValueLayout.JAVA_INT, 0), name);
            return made;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the binding of " + name, e);
        }
    }
}
