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
    private final float[] sum;
    private final float[] values; // (queries, headDim)
    private final float[] lanes = new float[Lanes.COUNT];

    OnlineSoftmax(int queries, int headDim) {
        this.headDim = headDim;
        max = new float[queries];
        sum = new float[queries];
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
        Arrays.fill(sum, 0);
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
        float correction = (float) Math.exp(max[query] - newMax);
        sum[query] = sum[query] * correction + exponentials(scores, newMax, visible);
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
            sum[query] = sum[query] * mine + later.sum[query] * theirs;
            max[query] = newMax;
            int end = (query + 1) * headDim;
            for (int i = query * headDim; i < end; i++) {
                values[i] = values[i] * mine + later.values[i] * theirs;
            }
        }
    }

    /** Writes a query's weighted mean of the values. */
    void write(int query, MemorySegment out, long at) {
        float factor = 1 / sum[query];
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

    /** scores = exp(scores - max) of what is visible, 0 elsewhere; returns their sum. */
    private float exponentials(float[] scores, float max, int visible) {
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(Lanes.FLOAT, scores, lane);
            VectorMath.exp(s.sub(max)).blend(0f, hidden(visible >>> lane)).intoArray(scores, lane);
        }
        return sum(scores);
    }

    /** Lane by lane and then by halves, as {@link VectorMath#sum}, which C2 hands a boxed vector here. */
    private float sum(float[] scores) {
        System.arraycopy(scores, 0, lanes, 0, Lanes.COUNT);
        for (int i = Lanes.COUNT; i < KEYS; i++) {
            lanes[i % Lanes.COUNT] += scores[i];
        }
        for (int half = Lanes.COUNT / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    /** Lanes whose bit is 0. */
    static VectorMask<Float> hidden(int visible) {
        return LANE_BITS.and(visible).eq(0).cast(Lanes.FLOAT);
    }

    /** out (headDim) = out * correction + weights (keys) x values (keys, headDim). */
    static void weigh(
            float[] weights, int low, int high, float[] values, int headDim, float correction, float[] out, int row) {
        int d = 0;
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
}
