package dev.loupe.engine.model;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.tensor.Tensor;

/**
 * Self-attention with grouped queries and rotary positions.
 *
 * @param q (heads * headDim, hidden)
 * @param k (kvHeads * headDim, hidden)
 * @param v as k
 * @param o (hidden, heads * headDim)
 * @param spec heads, scale, mask
 * @param rope positions
 */
public record Attention(Linear q, Linear k, Linear v, Linear o, AttentionSpec spec, RopeTable rope) {
    /** x (tokens, hidden) at {@code position}...; writes its keys and values to the cache; result in {@code out}. */
    void apply(Ops ops, Tensor x, KvView cache, int position, Workspace work, Tensor out) {
        Tensor queries = work.queries();
        Tensor keys = work.keys();
        Tensor values = work.values();
        Linear.applyAll(ops, x, new Linear[] {q, k, v}, new Tensor[] {queries, keys, values});
        ops.rope(queries, spec.heads(), spec.headDim(), rope, position);
        ops.rope(keys, spec.kvHeads(), spec.headDim(), rope, position);
        ops.store(keys, values, cache, spec, position);
        ops.attention(queries, cache, spec, position, work.attended());
        o.apply(ops, work.attended(), out);
    }
}
