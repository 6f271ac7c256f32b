package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * NVIDIA's matrix products (https://docs.nvidia.com/cuda/cublas), where a toolkit or a Python package brought them.
 *
 * <p>Invariant: out (tokens, outRows) = x (tokens, columns) times the transpose of w (rows, columns), sums in fp32.
 */
final class Cublas {
    private static final int TRANSPOSED = 1;
    private static final int AS_IS = 0;
    private static final int FP32 = 0;
    private static final int FP16 = 2;
    private static final int COMPUTE_FP32 = 68;
    private static final int ANY_ALGORITHM = -1;
    private static final int ALLOCATION_FAILED = 3;

    private final CudaDevice device;
    private final NativeLibrary library;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final MemorySegment zero = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final long handle;

    private Cublas(CudaDevice device, NativeLibrary library) {
        this.device = device;
        this.library = library;
        one.set(ValueLayout.JAVA_FLOAT, 0, 1);
        MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
        try {
            check("cublasCreate_v2", out.address());
        } catch (LoupeException e) {
            arena.close();
            throw e;
        }
        handle = out.get(ValueLayout.JAVA_LONG, 0);
        check("cublasSetStream_v2", handle, device.stream());
    }

    /** cuBLAS for a device, if this machine has it. */
    static Optional<Cublas> find(CudaDevice device) {
        for (Path path : CudaLibraries.files("libcublas.so", "libcublasLt")) {
            try {
                for (Path light : CudaLibraries.files(path.getParent(), "libcublasLt.so")) {
                    NativeLibrary.load(light.toString());
                }
                return Optional.of(new Cublas(device, NativeLibrary.load(path.toString())));
            } catch (IllegalArgumentException e) {
                continue; // of another processor or driver; the next may do
            }
        }
        return Optional.empty();
    }

    void fp16(long w, long x, long out, int rows, int outRows, int tokens, int columns) {
        product(FP16, w, x, out, rows, outRows, tokens, columns);
    }

    void fp32(long w, long x, long out, int rows, int outRows, int tokens, int columns) {
        product(FP32, w, x, out, rows, outRows, tokens, columns);
    }

    private void product(int type, long w, long x, long out, int rows, int outRows, int tokens, int columns) {
        check(
                "cublasGemmEx",
                handle,
                TRANSPOSED,
                AS_IS,
                rows,
                tokens,
                columns,
                one.address(),
                w,
                type,
                columns,
                x,
                type,
                columns,
                zero.address(),
                out,
                FP32,
                outRows,
                COMPUTE_FP32,
                ANY_ALGORITHM);
    }

    private void check(String name, long... arguments) {
        device.makeCurrent();
        int status = library.function(name, arguments.length).call(arguments);
        if (status == ALLOCATION_FAILED) {
            device.driver().check(name, Driver.OUT_OF_MEMORY);
        }
        if (status != 0) {
            throw new LoupeException("CUDA failed: %s gives %d; return with %%device cpu, which keeps the session."
                    .formatted(name, status));
        }
    }

    void close() {
        library.function("cublasDestroy_v2", 1).call(handle);
        arena.close();
    }
}
