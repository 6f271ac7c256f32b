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
    private final float[] values; // (queries in whole groups, headDim)
    private final float[] lanes = new float[KEYS];

    OnlineSoftmax(int queries, int headDim) {
        this.headDim = headDim;
        max = new float[queries];
        sum = new float[queries];
        values = new float[Scores.padded(queries) * headDim];
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
        Arrays.fill(values, 0);
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

    /**
     * Adds the values of a tile to a group of queries, from {@code query} on.
     *
     * @param weights (queries, stride), the first query's from {@code at}
     * @param low first key of the tile that they see
     * @param high the key after the last
     * @param tileValues (keys, headDim)
     */
    void weighGroup(int query, float[] weights, int at, int stride, int low, int high, float[] tileValues) {
        int d = 0;
        for (; d + 2 * Lanes.COUNT <= headDim; d += 2 * Lanes.COUNT) {
            group(weights, at, stride, low, high, tileValues, headDim, d, values, query * headDim + d);
        }
        for (int i = 0; i < Scores.GROUP && d < headDim; i++) {
            weigh(weights, at + i * stride, low, high, tileValues, headDim, d, values, (query + i) * headDim);
        }
    }

    /** The same to one query; nothing if no key lies between. */
    void weighOne(int query, float[] weights, int at, int low, int high, float[] tileValues) {
        if (low >= high) {
            return;
        }
        weigh(weights, at, low, high, tileValues, headDim, 0, values, query * headDim);
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
            for (int i = query * headDim; i < end; i++) {
                values[i] = values[i] * mine + later.values[i] * theirs;
            }
        }
    }

    /** Writes the weighted means of the values of {@code count} queries, from {@code query} on. */
    void write(int query, int count, MemorySegment out, long at) {
        for (int i = query; i < query + count; i++) {
            float factor = 1 / sum[i];
            for (int d = i * headDim; d < (i + 1) * headDim; d++) {
                values[d] *= factor;
            }
        }
        MemorySegment.copy(values, query * headDim, out, ValueLayout.JAVA_FLOAT_UNALIGNED, at, count * headDim);
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

    private static void group(
            float[] weights,
            int at,
            int stride,
            int low,
            int high,
            float[] values,
            int headDim,
            int d,
            float[] out,
            int row) {
        int next = Lanes.COUNT;
        FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, out, row);
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOAT, out, row + next);
        FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, out, row + headDim);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOAT, out, row + headDim + next);
        FloatVector a2 = FloatVector.fromArray(Lanes.FLOAT, out, row + 2 * headDim);
        FloatVector b2 = FloatVector.fromArray(Lanes.FLOAT, out, row + 2 * headDim + next);
        FloatVector a3 = FloatVector.fromArray(Lanes.FLOAT, out, row + 3 * headDim);
        FloatVector b3 = FloatVector.fromArray(Lanes.FLOAT, out, row + 3 * headDim + next);
        int value = low * headDim + d;
        int w1 = at + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        for (int k = low; k < high; k++) {
            FloatVector v0 = FloatVector.fromArray(Lanes.FLOAT, values, value);
            FloatVector v1 = FloatVector.fromArray(Lanes.FLOAT, values, value + next);
            FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[at + k]);
            a0 = v0.fma(p, a0);
            b0 = v1.fma(p, b0);
            p = FloatVector.broadcast(Lanes.FLOAT, weights[w1 + k]);
            a1 = v0.fma(p, a1);
            b1 = v1.fma(p, b1);
            p = FloatVector.broadcast(Lanes.FLOAT, weights[w2 + k]);
            a2 = v0.fma(p, a2);
            b2 = v1.fma(p, b2);
            p = FloatVector.broadcast(Lanes.FLOAT, weights[w3 + k]);
            a3 = v0.fma(p, a3);
            b3 = v1.fma(p, b3);
            value += headDim;
        }
        a0.intoArray(out, row);
        b0.intoArray(out, row + next);
        a1.intoArray(out, row + headDim);
        b1.intoArray(out, row + headDim + next);
        a2.intoArray(out, row + 2 * headDim);
        b2.intoArray(out, row + 2 * headDim + next);
        a3.intoArray(out, row + 3 * headDim);
        b3.intoArray(out, row + 3 * headDim + next);
    }

    /**
     * out (headDim), from {@code row}, += weights (keys), from {@code at}, x values (keys, headDim), columns from d.
     */
    static void weigh(
            float[] weights, int at, int low, int high, float[] values, int headDim, int from, float[] out, int row) {
        int d = from;
        for (; d + 4 * Lanes.COUNT <= headDim; d += 4 * Lanes.COUNT) {
            four(weights, at, low, high, values, headDim, d, out, row + d);
        }
        for (; d + 2 * Lanes.COUNT <= headDim; d += 2 * Lanes.COUNT) {
            FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, row + d);
            FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, row + d + Lanes.COUNT);
            int value = low * headDim + d;
            for (int k = low; k < high; k++) {
                FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[at + k]);
                sum0 = FloatVector.fromArray(Lanes.FLOAT, values, value).fma(p, sum0);
                sum1 = FloatVector.fromArray(Lanes.FLOAT, values, value + Lanes.COUNT)
                        .fma(p, sum1);
                value += headDim;
            }
            sum0.intoArray(out, row + d);
            sum1.intoArray(out, row + d + Lanes.COUNT);
        }
        for (; d < headDim; d++) {
            float sum = out[row + d];
            for (int k = low; k < high; k++) {
                sum = Math.fma(weights[at + k], values[k * headDim + d], sum);
            }
            out[row + d] = sum;
        }
    }

    /** The dimensions from {@code d} that four vectors have: as many sums as a core computes side by side. */
    private static void four(
            float[] weights, int at, int low, int high, float[] values, int headDim, int d, float[] out, int row) {
        int next = Lanes.COUNT;
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, row);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, row + next);
        FloatVector sum2 = FloatVector.fromArray(Lanes.FLOAT, out, row + 2 * next);
        FloatVector sum3 = FloatVector.fromArray(Lanes.FLOAT, out, row + 3 * next);
        int value = low * headDim + d;
        for (int k = low; k < high; k++) {
            FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[at + k]);
            sum0 = FloatVector.fromArray(Lanes.FLOAT, values, value).fma(p, sum0);
            sum1 = FloatVector.fromArray(Lanes.FLOAT, values, value + next).fma(p, sum1);
            sum2 = FloatVector.fromArray(Lanes.FLOAT, values, value + 2 * next).fma(p, sum2);
            sum3 = FloatVector.fromArray(Lanes.FLOAT, values, value + 3 * next).fma(p, sum3);
            value += headDim;
        }
        sum0.intoArray(out, row);
        sum1.intoArray(out, row + next);
        sum2.intoArray(out, row + 2 * next);
        sum3.intoArray(out, row + 3 * next);
    }
}
