package dev.loupe.engine.model;

import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;

/**
 * Gated feed-forward: down(activation(gate(x)) * up(x)) (arXiv:2002.05202).
 *
 * @param gate (intermediate, hidden)
 * @param up as gate
 * @param down (hidden, intermediate)
 */
public record GatedFeedForward(Linear gate, Linear up, Linear down, Activation activation) implements FeedForward {
    @Override
    public int[] workColumns() {
        return new int[] {gate.outFeatures(), up.outFeatures()};
    }

    @Override
    public void apply(Step step, Tensor x, Tensor out) {
        apply(step.ops(), x, step.work().feedForward(0), step.work().feedForward(1), out);
    }

    /** As above, with {@code gated} and {@code raised} (tokens, intermediate) to work in. */
    void apply(Ops ops, Tensor x, Tensor gated, Tensor raised, Tensor out) {
        Linear.applyAll(ops, x, new Linear[] {gate, up}, new Tensor[] {gated, raised});
        ops.gatedUnit(activation, gated, raised, gated);
        down.apply(ops, gated, out);
    }
}
