package dev.loupe.engine.model;

import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Top;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;

/**
 * What the head said after the last tokens that a pass read: their logits, which stay on the device, and as much of
 * them as is asked for.
 *
 * <p>Invariant: a row that was not {@linkplain #penalise penalised} holds the logits as the model has them.
 */
public final class HeadRows {
    private final Backend backend;
    private final Ops ops;
    private final Tensor logits; // (HEAD_TOKENS, vocabulary)
    private final Tensor tops; // (HEAD_TOKENS, columns of the largest top)
    private Top[] found; // in the last rows, as read from the device
    private TopSpec spec; // of what the last pass found; null for nothing
    private int count; // of the last rows

    HeadRows(Backend backend, Ops ops, Backend.Memory memory, int vocabulary) {
        this.backend = backend;
        this.ops = ops;
        logits = memory.allocate(new Shape(ForwardPass.HEAD_TOKENS, vocabulary));
        int most = Math.min(TopSpec.MOST, vocabulary);
        tops = memory.allocate(new Shape(ForwardPass.HEAD_TOKENS, new TopSpec(most, 0).columns()));
    }

    /** The first {@code count} rows. */
    Tensor logits(int count) {
        return logits.rows(0, count);
    }

    /** Finds the tops of the first {@code count} rows, on the device. */
    void find(int count, TopSpec spec) {
        ops.top(logits(count), spec, tops(count, spec));
    }

    /** The pass has ended, in which {@link #find} was called, or was replayed. */
    void found(int count, TopSpec spec) {
        this.count = count;
        this.spec = spec;
        found = null;
    }

    private Tensor tops(int count, TopSpec spec) {
        var shape = new Shape(count, spec.columns());
        return new Tensor(shape, tops.dtype(), tops.data().asSlice(0, new Fp32().bytes(shape.elements())));
    }

    /** The top of a row: found in the pass if it was asked for there, else now. */
    public Top top(int row, TopSpec spec) {
        if (!spec.equals(this.spec)) {
            Tensor out = tops(1, spec);
            ops.top(logits.rows(row, row + 1), spec, out);
            return read(out, spec)[0];
        }
        if (found == null) {
            found = read(tops(count, spec), spec);
        }
        return found[row];
    }

    private Top[] read(Tensor out, TopSpec spec) {
        var written = new float[Math.toIntExact(out.shape().elements())];
        backend.read(out, written);
        return Top.read(written, spec);
    }

    /** Lowers logits of a row for good: positive ones are divided by {@code penalty}, others multiplied. */
    public void penalise(int row, int[] ids, float penalty) {
        ops.penalise(logits.rows(row, row + 1), ids, penalty);
        spec = null;
    }

    /** Copies the logits of a row to the host: out (vocabulary). */
    public void logits(int row, float[] out) {
        backend.read(logits.rows(row, row + 1), out);
    }
}
