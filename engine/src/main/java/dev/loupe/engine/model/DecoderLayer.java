package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;

/** A layer: x += after(attention(before(x))), then the same with the feed-forward. */
public record DecoderLayer(Norms attentionNorms, Attention attention, Norms feedForwardNorms, FeedForward feedForward) {
    /**
     * The norms around a branch.
     *
     * @param before of what the branch reads
     * @param after of what it adds
     */
    public record Norms(Norm before, Norm after) {
        /** A norm before the branch, none after it. */
        public static Norms before(Norm norm) {
            return new Norms(norm, Norm.none());
        }

        /** A norm after the branch, none before it. */
        public static Norms after(Norm norm) {
            return new Norms(Norm.none(), norm);
        }
    }

    /** x (tokens, hidden) in place, as layer number {@code layer}. */
    void apply(Step step, int layer, Tensor x) {
        Ops ops = step.ops();
        Tensor normed = step.work().normed();
        Tensor branch = step.work().branch();
        attention.apply(step, layer, attentionNorms.before().apply(ops, x, normed), branch);
        ops.add(x, attentionNorms.after().apply(ops, branch, branch));
        feedForward.apply(step, feedForwardNorms.before().apply(ops, x, normed), branch);
        ops.add(x, feedForwardNorms.after().apply(ops, branch, branch));
    }
}
