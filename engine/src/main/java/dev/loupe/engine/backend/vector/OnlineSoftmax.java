package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax and weighted sum of some queries over the keys seen so far (arXiv:1805.02867): a maximum, a sum of
 * exponentials relative to it, and the values weighted by them.
 *
 * <p>Invariant: a query that has seen no key has the maximum -infinity and no NaN.
 */
final class OnlineSoftmax {
    private static final int KEYS = Visible.KEYS;
    private static final IntVector LANE_BITS = IntVector.broadcast(Lanes.INT, 1)
            .lanewise(VectorOperators.LSHL, IntVector.zero(Lanes.INT).addIndex(1));

    private final int headDim;
    private final float[] max;
    private final float[] sums; // (queries, lanes): a query's sum is that of its lanes
    private final float[] values; // (queries, headDim)

    OnlineSoftmax(int queries, int headDim) {
        this.headDim = headDim;
        max = new float[queries];
        sums = new float[queries * Lanes.COUNT];
        values = new float[queries * headDim];
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
        Arrays.fill(sums, 0);
        Arrays.fill(values, 0);
    }

    /**
     * Adds a tile of keys to a query.
     *
     * @param scores of the keys; overwritten
     * @param visible the keys that it sees, at least one
     * @param tileValues (keys, headDim)
     */
    void add(int query, float[] scores, int visible, float[] tileValues) {
        float newMax = Math.max(max[query], maximum(scores, visible));
        float correction = newMax == max[query] ? 1 : (float) Math.exp(max[query] - newMax);
        exponentials(scores, newMax, visible, correction, sums, query * Lanes.COUNT);
        max[query] = newMax;
        int low = Integer.numberOfTrailingZeros(visible);
        int high = KEYS - Integer.numberOfLeadingZeros(visible);
        weigh(scores, low, high, tileValues, headDim, correction, values, query * headDim);
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
            max[query] = newMax;
            merge(sums, mine, later.sums, theirs, query * Lanes.COUNT, Lanes.COUNT);
            merge(values, mine, later.values, theirs, query * headDim, headDim);
        }
    }

    private static void merge(float[] a, float mine, float[] b, float theirs, int from, int count) {
        for (int i = from; i < from + count; i++) {
            a[i] = a[i] * mine + b[i] * theirs;
        }
    }

    /** Writes a query's weighted mean of the values. */
    void write(int query, MemorySegment out, long at) {
        float factor = 1 / sum(sums, query * Lanes.COUNT);
        int first = query * headDim;
        for (int d = 0; d < headDim; d++) {
            values[first + d] *= factor;
        }
        MemorySegment.copy(values, first, out, ValueLayout.JAVA_FLOAT_UNALIGNED, at, headDim);
    }

    private static float maximum(float[] scores, int visible) {
        FloatVector max = FloatVector.broadcast(Lanes.FLOAT, Float.NEGATIVE_INFINITY);
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(Lanes.FLOAT, scores, lane);
            max = max.max(s.blend(Float.NEGATIVE_INFINITY, hidden(visible >>> lane)));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** scores = exp(scores - max) of what is visible, 0 elsewhere; sums = sums * correction + scores, lane by lane. */
    private static void exponentials(float[] scores, float max, int visible, float correction, float[] sums, int at) {
        FloatVector sum = FloatVector.fromArray(Lanes.FLOAT, sums, at).mul(correction);
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(Lanes.FLOAT, scores, lane);
            FloatVector e = VectorMath.exp(s.sub(max)).blend(0f, hidden(visible >>> lane));
            e.intoArray(scores, lane);
            sum = sum.add(e);
        }
        sum.intoArray(sums, at);
    }

    /** Sum of the lanes from {@code at}, by halves as {@link VectorMath#sum}; they are added up in place. */
    private static float sum(float[] lanes, int at) {
        for (int half = Lanes.COUNT / 2; half > 0; half /= 2) {
            for (int i = at; i < at + half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[at];
    }

    /** Lanes whose bit is 0. */
    static VectorMask<Float> hidden(int visible) {
        return LANE_BITS.and(visible).eq(0).cast(Lanes.FLOAT);
    }

    /** out (headDim) = out * correction + weights (keys) x values (keys, headDim). */
    static void weigh(
            float[] weights, int low, int high, float[] values, int headDim, float correction, float[] out, int row) {
        int d = 0;
        for (; d + 4 * Lanes.COUNT <= headDim; d += 4 * Lanes.COUNT) {
            weighFour(weights, low, high, values, headDim, d, correction, out, row + d);
        }
        for (; d + 2 * Lanes.COUNT <= headDim; d += 2 * Lanes.COUNT) {
            FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, row + d).mul(correction);
            FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, row + d + Lanes.COUNT)
                    .mul(correction);
            int value = low * headDim + d;
            for (int k = low; k < high; k++) {
                FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[k]);
                sum0 = FloatVector.fromArray(Lanes.FLOAT, values, value).fma(p, sum0);
                sum1 = FloatVector.fromArray(Lanes.FLOAT, values, value + Lanes.COUNT)
                        .fma(p, sum1);
                value += headDim;
            }
            sum0.intoArray(out, row + d);
            sum1.intoArray(out, row + d + Lanes.COUNT);
        }
        for (; d < headDim; d++) {
            float sum = out[row + d] * correction;
            for (int k = low; k < high; k++) {
                sum = Math.fma(weights[k], values[k * headDim + d], sum);
            }
            out[row + d] = sum;
        }
    }

    /** The dimensions from {@code d} that four vectors have: as many sums as a core computes side by side. */
    private static void weighFour(
            float[] weights,
            int low,
            int high,
            float[] values,
            int headDim,
            int d,
            float correction,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, at).mul(correction);
        FloatVector sum1 =
                FloatVector.fromArray(Lanes.FLOAT, out, at + Lanes.COUNT).mul(correction);
        FloatVector sum2 =
                FloatVector.fromArray(Lanes.FLOAT, out, at + 2 * Lanes.COUNT).mul(correction);
        FloatVector sum3 =
                FloatVector.fromArray(Lanes.FLOAT, out, at + 3 * Lanes.COUNT).mul(correction);
        int value = low * headDim + d;
        for (int k = low; k < high; k++) {
            FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[k]);
            sum0 = FloatVector.fromArray(Lanes.FLOAT, values, value).fma(p, sum0);
            sum1 = FloatVector.fromArray(Lanes.FLOAT, values, value + Lanes.COUNT)
                    .fma(p, sum1);
            sum2 = FloatVector.fromArray(Lanes.FLOAT, values, value + 2 * Lanes.COUNT)
                    .fma(p, sum2);
            sum3 = FloatVector.fromArray(Lanes.FLOAT, values, value + 3 * Lanes.COUNT)
                    .fma(p, sum3);
            value += headDim;
        }
        sum0.intoArray(out, at);
        sum1.intoArray(out, at + Lanes.COUNT);
        sum2.intoArray(out, at + 2 * Lanes.COUNT);
        sum3.intoArray(out, at + 3 * Lanes.COUNT);
    }
}
