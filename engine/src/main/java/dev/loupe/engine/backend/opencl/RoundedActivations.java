package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Activations that a kernel of {@code quantize.cl} wrote, in a buffer of their own that grows. */
final class RoundedActivations implements AutoCloseable {
    /** Columns that share a scale. */
    private static final int BLOCK = 32;

    private final OpenClBackend backend;
    private final ClPrograms programs;
    private final String kernel;
    private final int blockBytes;
    private MemorySegment buffer = MemorySegment.NULL;
    private long capacity;

    private RoundedActivations(OpenClBackend backend, ClPrograms programs, String kernel, int blockBytes) {
        this.backend = backend;
        this.programs = programs;
        this.kernel = kernel;
        this.blockBytes = blockBytes;
    }

    /** Blocks of signed bytes, a scale and the sum of their values. */
    static RoundedActivations bytes(OpenClBackend backend, ClPrograms programs) {
        return new RoundedActivations(backend, programs, "quantize", BLOCK + 2 * Float.BYTES);
    }

    /** What those bytes stand for, as float32. */
    static RoundedActivations floats(OpenClBackend backend, ClPrograms programs) {
        return new RoundedActivations(backend, programs, "rounded", BLOCK * Float.BYTES);
    }

    /** Those of x; valid until the next call. */
    MemorySegment of(Tensor x) {
        int blocks = Math.toIntExact(x.shape().elements() / BLOCK);
        reserve((long) blockBytes * blocks);
        programs.kernel("quantize", kernel)
                .buffer(backend.heap())
                .number(backend.offset(x))
                .buffer(buffer)
                .number(0L)
                .number(blocks)
                .run((blocks + OpenClOps.LOCAL - 1) / OpenClOps.LOCAL, OpenClOps.LOCAL);
        return buffer;
    }

    private void reserve(long bytes) {
        if (bytes > capacity) {
            MemorySegment larger = backend.queue().allocate(bytes);
            close();
            buffer = larger;
            capacity = bytes;
            backend.scratch(bytes);
        }
    }

    @Override
    public void close() {
        if (capacity > 0) {
            backend.queue().release(buffer, capacity);
            backend.scratch(-capacity);
            capacity = 0;
        }
    }
}
