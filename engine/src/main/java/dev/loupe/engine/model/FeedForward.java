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
public record FeedForward(Linear gate, Linear up, Linear down, Activation activation) {
    /** x (tokens, hidden); result in {@code out}. */
    void apply(Ops ops, Tensor x, Workspace work, Tensor out) {
        Tensor gated = work.gate();
        Linear.applyAll(ops, x, new Linear[] {gate, up}, new Tensor[] {gated, work.up()});
        ops.gatedUnit(activation, gated, work.up(), gated);
        down.apply(ops, gated, out);
    }
}
