package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Products with weights: of float32 activations, or of signed bytes with a scale for {@value #BLOCK} of them where the
 * weights' dtype is served so.
 *
 * <p>Invariant: a token's bits do not depend on the other tokens of a call.
 */
final class Products implements AutoCloseable {
    private static final int BATCH_TOKENS = 8;

    /** Columns that share a scale. */
    private static final int BLOCK = 32;

    /** Bytes of a block: its codes, its scale, the sum of its values. */
    private static final int BLOCK_BYTES = BLOCK + 2 * Float.BYTES;

    private final OpenClBackend backend;
    private final ClPrograms programs;
    private final Activations activations;
    private MemorySegment quantized = MemorySegment.NULL;
    private long capacity;

    Products(OpenClBackend backend, ClPrograms programs, Activations activations) {
        this.backend = backend;
        this.programs = programs;
        this.activations = activations;
    }

    /** x (tokens, columns), w each (rows, columns), out each (tokens, rows). */
    void run(Tensor x, Weight[] w, Tensor[] out) {
        boolean isQuantized = false;
        for (int i = 0; i < w.length; i++) {
            var weight = (OpenClWeight) w[i];
            boolean integers = activations == Activations.INT8 && activations.serves(weight.dtype());
            if (integers && !isQuantized) {
                quantize(x);
                isQuantized = true;
            }
            int tokens = (int) x.shape().rows();
            String name = tokens == 1 ? "matvec" : "matmul";
            if (integers) {
                var kernel = programs.integers(weight.dtype(), name);
                run(kernel.buffer(quantized).number(0L), weight, tokens, out[i]);
            } else {
                var kernel = programs.kernel(weight.dtype(), name);
                run(kernel.buffer(backend.heap()).number(backend.offset(x)), weight, tokens, out[i]);
            }
        }
    }

    /** Runs a kernel that has its first argument, the activations. */
    private void run(ClKernel kernel, OpenClWeight weight, int tokens, Tensor out) {
        kernel.buffer(weight.buffer())
                .buffer(backend.heap())
                .number(backend.offset(out))
                .number(tokens)
                .number(weight.rows())
                .number(weight.columns())
                .number(weight.rowBytes());
        int batch = tokens == 1 ? 1 : BATCH_TOKENS;
        ClPrograms.Form form = programs.form();
        kernel.run(
                (weight.rows() + form.rows() - 1) / form.rows(),
                (tokens + batch - 1) / batch,
                form.rows() * form.lanes());
    }

    private void quantize(Tensor x) {
        int blocks = Math.toIntExact(x.shape().elements() / BLOCK);
        reserve((long) BLOCK_BYTES * blocks);
        programs.kernel("quantize", "quantize")
                .buffer(backend.heap())
                .number(backend.offset(x))
                .buffer(quantized)
                .number(0L)
                .number(blocks)
                .run((blocks + OpenClOps.LOCAL - 1) / OpenClOps.LOCAL, OpenClOps.LOCAL);
    }

    private void reserve(long bytes) {
        if (bytes > capacity) {
            MemorySegment larger = backend.queue().allocate(bytes);
            close();
            quantized = larger;
            capacity = bytes;
            backend.scratch(bytes);
        }
    }

    @Override
    public void close() {
        if (capacity > 0) {
            backend.queue().release(quantized, capacity);
            backend.scratch(-capacity);
            capacity = 0;
        }
    }
}
