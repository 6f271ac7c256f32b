package dev.loupe.engine.model;

import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;

/** A layer: x += attention(norm(x)), then x += feedForward(norm(x)). */
public record DecoderLayer(Norm inputNorm, Attention attention, Norm postAttentionNorm, FeedForward feedForward) {
    /** x (tokens, hidden) in place. */
    void apply(Ops ops, Tensor x, KvView cache, int position, Workspace work) {
        Tensor normed = work.normed();
        Tensor branch = work.branch();
        inputNorm.apply(ops, x, normed);
        attention.apply(ops, normed, cache, position, work, branch);
        ops.add(x, branch);
        postAttentionNorm.apply(ops, x, normed);
        feedForward.apply(ops, normed, work, branch);
        ops.add(x, branch);
    }
}
