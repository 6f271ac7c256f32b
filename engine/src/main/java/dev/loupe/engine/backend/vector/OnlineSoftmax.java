package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax and weighted sum of some queries over the keys seen so far (arXiv:1805.02867): a maximum, a sum of
 * exponentials relative to it, and the values weighted by them.
 *
 * <p>Invariants: a query that has seen no key has the maximum -infinity and no NaN; sums have the same bits whatever
 * the width of vectors.
 */
final class OnlineSoftmax {
    private static final int KEYS = Visible.KEYS;

    private final int headDim;
    private final float[] max;
    private final float[] sum;
    private final Floats values; // (queries in whole blocks, headDim)
    private final float[] lanes = new float[KEYS];

    OnlineSoftmax(int queries, int headDim) {
        this.headDim = headDim;
        max = new float[queries];
        sum = new float[queries];
        values = new Floats().room(AttentionProducts.padded(queries) * headDim);
        clear();
    }

    /** One of this size without keys: an old one (or null) if it fits. */
    static OnlineSoftmax reuse(OnlineSoftmax old, int queries, int headDim) {
        if (old == null || old.max.length != queries || old.headDim != headDim) {
            return new OnlineSoftmax(queries, headDim);
        }
        old.clear();
        return old;
    }

    /** Forgets all keys. */
    void clear() {
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0);
        Arrays.fill(values.array(), 0);
    }

    /**
     * Turns the scores of a query that has seen no key yet into weights: exp(score - maximum).
     *
     * @param scores from {@code at}, of {@code count} keys, whole tiles; -infinity for those it does not see
     */
    void weights(int query, float[] scores, int at, int count) {
        max[query] = maximum(scores, at, count);
        if (max[query] != Float.NEGATIVE_INFINITY) {
            exponentials(scores, at, count, max[query], lanes);
            sum[query] = VectorMath.sum(lanes);
        }
    }

    /** (queries in whole blocks, headDim), which {@link AttentionProducts} adds the weighted values to. */
    Floats values() {
        return values;
    }

    /** Adds the keys of another of as many queries, which come after these. */
    void merge(OnlineSoftmax later) {
        for (int query = 0; query < max.length; query++) {
            if (later.max[query] == Float.NEGATIVE_INFINITY) {
                continue;
            }
            float newMax = Math.max(max[query], later.max[query]);
            float mine = (float) Math.exp(max[query] - newMax);
            float theirs = (float) Math.exp(later.max[query] - newMax);
            sum[query] = sum[query] * mine + later.sum[query] * theirs;
            max[query] = newMax;
            int end = (query + 1) * headDim;
            float[] to = values.array();
            float[] from = later.values.array();
            for (int i = query * headDim; i < end; i++) {
                to[i] = to[i] * mine + from[i] * theirs;
            }
        }
    }

    /** Writes the weighted means of the values of {@code count} queries, from {@code query} on. */
    void write(int query, int count, MemorySegment out, long at) {
        float[] means = values.array();
        for (int i = query; i < query + count; i++) {
            float factor = 1 / sum[i];
            for (int d = i * headDim; d < (i + 1) * headDim; d++) {
                means[d] *= factor;
            }
        }
        MemorySegment.copy(means, query * headDim, out, ValueLayout.JAVA_FLOAT_UNALIGNED, at, count * headDim);
    }

    private static float maximum(float[] scores, int at, int count) {
        FloatVector max = FloatVector.broadcast(Lanes.FLOAT, Float.NEGATIVE_INFINITY);
        for (int i = at; i < at + count; i += Lanes.COUNT) {
            max = max.max(FloatVector.fromArray(Lanes.FLOAT, scores, i));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** scores = exp(scores - max); sums (keys of a tile), each over all tiles. */
    private static void exponentials(float[] scores, int at, int count, float max, float[] sums) {
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.FLOAT);
            for (int i = at + lane; i < at + count; i += KEYS) {
                FloatVector weight = VectorMath.exp(
                        FloatVector.fromArray(Lanes.FLOAT, scores, i).sub(max));
                weight.intoArray(scores, i);
                sum = sum.add(weight);
            }
            sum.intoArray(sums, lane);
        }
    }
}
