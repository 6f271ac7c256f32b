package dev.loupe.engine.model;

import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;

/**
 * Gated feed-forward: down(activation(gate(x)) * up(x)) (arXiv:2002.05202).
 *
 * @param gateUp both (intermediate, hidden)
 * @param down (hidden, intermediate)
 */
public record GatedFeedForward(Linears gateUp, Linear down, Activation activation) implements FeedForward {
    public GatedFeedForward(Linear gate, Linear up, Linear down, Activation activation) {
        this(new Linears(gate, up), down, activation);
    }

    /** What opens and closes, (intermediate, hidden). */
    public Linear gate() {
        return gateUp.get(0);
    }

    /** What is let through, (intermediate, hidden). */
    public Linear up() {
        return gateUp.get(1);
    }

    @Override
    public int[] workColumns() {
        return gateUp.outFeatures();
    }

    @Override
    public void apply(Step step, Tensor x, Tensor out) {
        apply(step.ops(), x, step.work().feedForward(), out);
    }

    /** As above, with {@code work}, two of (tokens, intermediate), to work in. */
    void apply(Ops ops, Tensor x, Tensor[] work, Tensor out) {
        gateUp.apply(ops, x, work);
        ops.gatedUnit(activation, work[0], work[1], work[0]);
        down.apply(ops, work[0], out);
    }
}
