package dev.loupe.engine.model;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;

/**
 * Self-attention with grouped queries.
 *
 * @param qkv queries (heads * headDim, hidden), keys (kvHeads * headDim, hidden), and values as keys
 * @param o (hidden, heads * headDim)
 * @param qNorm of each head of the queries (arXiv:2302.05442), or of all of them together
 * @param kNorm of the keys likewise
 * @param rope positions
 * @param spec heads, scale, biases, mask
 */
public record Attention(Linears qkv, Linear o, Norm qNorm, Norm kNorm, Rope rope, AttentionSpec spec) {
    private static final int QUERIES = 0;
    private static final int KEYS = 1;
    private static final int VALUES = 2;
    private static final int ATTENDED = 3;

    public Attention(Linear q, Linear k, Linear v, Linear o, Rope rope, AttentionSpec spec) {
        this(new Linears(q, k, v), o, Norm.none(), Norm.none(), rope, spec);
    }

    /** The same with norms of queries and keys. */
    public Attention withNorms(Norm qNorm, Norm kNorm) {
        return new Attention(qkv, o, qNorm, kNorm, rope, spec);
    }

    /** The same with other values of the attention. */
    public Attention withSpec(AttentionSpec spec) {
        return new Attention(qkv, o, qNorm, kNorm, rope, spec);
    }

    /** Queries, (heads * headDim, hidden). */
    public Linear q() {
        return qkv.get(QUERIES);
    }

    /** Keys, (kvHeads * headDim, hidden). */
    public Linear k() {
        return qkv.get(KEYS);
    }

    /** Values, as keys. */
    public Linear v() {
        return qkv.get(VALUES);
    }

    /** Columns of the activations it needs. */
    int[] workColumns() {
        int[] projected = qkv.outFeatures();
        return new int[] {projected[QUERIES], projected[KEYS], projected[VALUES], projected[QUERIES]};
    }

    /** x (tokens, hidden) of a layer; writes its keys and values to the cache; result in {@code out}. */
    void apply(Step step, int layer, Tensor x, Tensor out) {
        Ops ops = step.ops();
        Tensor[] work = step.work().attention();
        Tensor queries = work[QUERIES];
        Tensor keys = work[KEYS];
        Tensor values = work[VALUES];
        Tensor attended = work[ATTENDED];
        qkv.apply(ops, x, step.work().projections());
        qNorm.applyToGroups(ops, queries);
        kNorm.applyToGroups(ops, keys);
        rope.apply(ops, queries, spec.heads(), spec.headDim(), step.position(), step.length());
        rope.apply(ops, keys, spec.kvHeads(), spec.headDim(), step.position(), step.length());
        ops.store(keys, values, step.cache().view(layer), spec, step.position());
        step.attention().attend(layer, queries, step.cache(), spec, step.position(), attended);
        o.apply(ops, attended, out);
    }
}
