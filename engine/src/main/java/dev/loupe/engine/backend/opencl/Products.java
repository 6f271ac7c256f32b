package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Products with weights: of float32 activations, or rounded to signed bytes with a scale for 32 of them where the
 * weights' dtype is served so; by integers where it has codes of four bits.
 *
 * <p>Invariant: a token's bits do not depend on the other tokens of a call.
 */
final class Products implements AutoCloseable {
    private static final int BATCH_TOKENS = 8;

    private final OpenClBackend backend;
    private final ClPrograms programs;
    private final Activations activations;
    private final RoundedActivations bytes;
    private final RoundedActivations floats;

    Products(OpenClBackend backend, ClPrograms programs, Activations activations) {
        this.backend = backend;
        this.programs = programs;
        this.activations = activations;
        bytes = RoundedActivations.bytes(backend, programs);
        floats = RoundedActivations.floats(backend, programs);
    }

    /** x (tokens, columns), w each (rows, columns), out each (tokens, rows). */
    void run(Tensor x, Weight[] w, Tensor[] out) {
        MemorySegment quantized = null;
        MemorySegment rounded = null;
        int tokens = (int) x.shape().rows();
        String name = tokens == 1 ? "matvec" : "matmul";
        for (int i = 0; i < w.length; i++) {
            var weight = (OpenClWeight) w[i];
            boolean isRounded = activations == Activations.INT8 && activations.serves(weight.dtype());
            ClKernel kernel;
            if (isRounded && programs.multipliesIntegers(weight.dtype())) {
                quantized = quantized == null ? bytes.of(x) : quantized;
                kernel = programs.integers(weight.dtype(), name)
                        .buffer(quantized)
                        .number(0L);
            } else if (isRounded) {
                rounded = rounded == null ? floats.of(x) : rounded;
                kernel = programs.kernel(weight.dtype(), name).buffer(rounded).number(0L);
            } else {
                kernel = programs.kernel(weight.dtype(), name)
                        .buffer(backend.heap())
                        .number(backend.offset(x));
            }
            run(kernel, weight, tokens, out[i]);
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

    @Override
    public void close() {
        bytes.close();
        floats.close();
    }
}
