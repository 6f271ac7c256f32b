package dev.loupe.engine.ops;

import dev.loupe.engine.tensor.Tensor;

/**
 * Softmax attention over one layer's cache, slot by slot and in float64: the meaning of {@link KvView} and
 * {@link AttentionSpec} in code.
 */
final class ReferenceAttention {
    private final KvView cache;
    private final AttentionSpec spec;
    private final HostPages pages;

    ReferenceAttention(KvView cache, AttentionSpec spec) {
        this.cache = cache;
        this.spec = spec;
        pages = new HostPages(cache, spec);
    }

    /** keys, values (tokens, kvHeads * headDim) into the slots of positions {@code firstPosition}... */
    void store(Tensor keys, Tensor values, int firstPosition) {
        for (int t = 0; t < keys.shape().rows(); t++) {
            int slot = cache.slots().of(firstPosition + t);
            for (int h = 0; h < spec.kvHeads(); h++) {
                pages.writeKey(h, slot, row(keys, t, h));
                pages.writeValue(h, slot, row(values, t, h));
            }
        }
    }

    /** q, out (tokens, heads * headDim). */
    void attend(Tensor q, int firstPosition, Tensor out) {
        for (int t = 0; t < q.shape().rows(); t++) {
            for (int h = 0; h < spec.heads(); h++) {
                weigh(weights(q, t, h, firstPosition + t), t, h, out);
            }
        }
    }

    /** weights (tokens * heads, slots). */
    void weights(Tensor q, int firstPosition, Tensor weights) {
        long slots = weights.shape().columns();
        for (int t = 0; t < q.shape().rows(); t++) {
            for (int h = 0; h < spec.heads(); h++) {
                double[] row = weights(q, t, h, firstPosition + t);
                for (int s = 0; s < slots; s++) {
                    ReferenceOps.set(weights, ((long) t * spec.heads() + h) * slots + s, s < row.length ? row[s] : 0);
                }
            }
        }
    }

    /** weights (tokens * heads, slots), out (tokens, heads * headDim). */
    void weighted(Tensor weights, Tensor out) {
        int slots = (int) weights.shape().columns();
        var row = new double[slots];
        for (int t = 0; t < out.shape().rows(); t++) {
            for (int h = 0; h < spec.heads(); h++) {
                for (int s = 0; s < slots; s++) {
                    row[s] = ReferenceOps.get(weights, ((long) t * spec.heads() + h) * slots + s);
                }
                weigh(row, t, h, out);
            }
        }
    }

    /** Softmax over the slots up to the query's own, 0 for those that it does not see. */
    private double[] weights(Tensor q, int token, int head, int position) {
        int kvHead = head / spec.group();
        var weights = new double[cache.slots().of(position) + 1];
        double max = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < weights.length; s++) {
            weights[s] = Double.NEGATIVE_INFINITY;
            if (cache.sees(spec.mask(), position, kvHead, s)) {
                float[] key = pages.key(kvHead, s);
                double score = 0;
                for (int d = 0; d < key.length; d++) {
                    score += (double) ReferenceOps.get(q, at(token, head, spec.heads()) + d) * key[d];
                }
                score *= spec.scale();
                score = spec.softcap() == 0 ? score : spec.softcap() * Math.tanh(score / spec.softcap());
                weights[s] = score
                        - spec.alibi().slope(head) * (position - cache.slots().position(kvHead, s));
                max = Math.max(max, weights[s]);
            }
        }
        double sum = 0;
        for (int s = 0; s < weights.length; s++) {
            weights[s] = Math.exp(weights[s] - max);
            sum += weights[s];
        }
        for (int s = 0; s < weights.length; s++) {
            weights[s] /= sum;
        }
        return weights;
    }

    private void weigh(double[] weights, int token, int head, Tensor out) {
        var sum = new double[spec.headDim()];
        for (int s = 0; s < weights.length; s++) {
            if (weights[s] != 0) {
                float[] value = pages.value(head / spec.group(), s);
                for (int d = 0; d < sum.length; d++) {
                    sum[d] += weights[s] * value[d];
                }
            }
        }
        for (int d = 0; d < sum.length; d++) {
            ReferenceOps.set(out, at(token, head, spec.heads()) + d, sum[d]);
        }
    }

    private float[] row(Tensor x, int token, int kvHead) {
        var row = new float[spec.headDim()];
        for (int d = 0; d < row.length; d++) {
            row[d] = ReferenceOps.get(x, at(token, kvHead, spec.kvHeads()) + d);
        }
        return row;
    }

    private long at(int token, int head, int heads) {
        return ((long) token * heads + head) * spec.headDim();
    }
}
