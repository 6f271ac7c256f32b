package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention with the softmax computed on the way (arXiv:2205.14135): for each tile of {@value #KEYS} keys the scores,
 * their maximum so far, and the weighted values rescaled; so memory does not grow with the context.
 *
 * <p>Tiles begin at multiples of {@value #KEYS} positions whatever the call, and every query is computed by itself;
 * therefore a token's result does not depend on how a prompt was cut.
 */
final class FlashAttention {
    private static final int KEYS = 32;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final MemorySegment q; // (tokens, heads, headDim)
    private final KvView cache;
    private final AttentionSpec spec;
    private final int firstPosition;
    private final MemorySegment out; // (tokens, heads, headDim)
    private final MemorySegment scores = Arena.ofAuto().allocate(4L * KEYS, 64); // (keys)

    FlashAttention(MemorySegment q, KvView cache, AttentionSpec spec, int firstPosition, MemorySegment out) {
        this.q = q;
        this.cache = cache;
        this.spec = spec;
        this.firstPosition = firstPosition;
        this.out = out;
    }

    /** Tokens {@code from} to {@code to} of one query head. */
    void block(int head, int from, int to) {
        var max = new float[to - from];
        var sum = new float[to - from];
        for (int t = from; t < to; t++) {
            max[t - from] = Float.NEGATIVE_INFINITY;
            row(head, t, out).fill((byte) 0);
        }
        int first = spec.mask().first(firstPosition + from) / KEYS * KEYS;
        for (int tile = first; tile < firstPosition + to; tile += KEYS) {
            MemorySegment keys = cache.keys().get(tile / cache.pageTokens()).data();
            MemorySegment values = cache.values().get(tile / cache.pageTokens()).data();
            int slot = tile % cache.pageTokens();
            int kvHead = head / spec.group();
            long keyAt = 4 * ((long) kvHead * spec.headDim() * cache.pageTokens() + slot);
            long valueAt = 4 * ((long) kvHead * cache.pageTokens() + slot) * spec.headDim();
            for (int t = from; t < to; t++) {
                int position = firstPosition + t;
                int low = Math.max(0, spec.mask().first(position) - tile);
                int high = Math.min(KEYS, position + 1 - tile);
                if (low < high) {
                    tile(head, t, t - from, tile, keys, keyAt, values, valueAt, low, high, max, sum);
                }
            }
        }
        for (int t = from; t < to; t++) {
            Elementwise.scale(row(head, t, out), 1 / sum[t - from], 0, spec.headDim());
        }
    }

    private MemorySegment row(int head, int token, MemorySegment of) {
        return of.asSlice(4 * ((long) token * spec.heads() + head) * spec.headDim(), 4L * spec.headDim());
    }

    /** One query and the keys {@code low} to {@code high} of the tile that begins at position {@code start}. */
    private void tile(
            int head,
            int token,
            int i,
            int start,
            MemorySegment keys,
            long keyAt,
            MemorySegment values,
            long valueAt,
            int low,
            int high,
            float[] max,
            float[] sum) {
        long row = 4 * ((long) token * spec.heads() + head) * spec.headDim();
        score(q, row, spec.headDim(), keys, keyAt, 4L * cache.pageTokens(), spec.scale(), scores);
        if (spec.softcap() != 0) {
            Elementwise.softcap(scores, spec.softcap(), 0, KEYS);
        }
        float slope = spec.alibi().slope(head);
        if (slope != 0) {
            ramp(scores, slope, start - firstPosition - token);
        }
        float tileMax = maximum(scores, low, high);
        float newMax = Math.max(max[i], tileMax);
        float correction = (float) Math.exp(max[i] - newMax);
        sum[i] = sum[i] * correction + exponentials(scores, newMax, low, high);
        max[i] = newMax;
        weigh(scores, low, high, values, valueAt, spec.headDim(), correction, out, row);
    }

    /** scores (keys) = scale * q (headDim) x keys (headDim, {@code stride} bytes from one dimension to the next). */
    private static void score(
            MemorySegment q,
            long row,
            int headDim,
            MemorySegment keys,
            long at,
            long stride,
            float scale,
            MemorySegment scores) {
        int next = 4 * Lanes.COUNT;
        for (int lane = 0; lane < 4 * KEYS; lane += 2 * next) {
            FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
            long key = at + lane;
            long query = row;
            for (int d = 0; d < headDim; d++) {
                FloatVector qd = FloatVector.broadcast(Lanes.FLOAT, q.get(FLOAT, query));
                sum0 = FloatVector.fromMemorySegment(Lanes.FLOAT, keys, key, LE).fma(qd, sum0);
                sum1 = FloatVector.fromMemorySegment(Lanes.FLOAT, keys, key + next, LE)
                        .fma(qd, sum1);
                key += stride;
                query += 4;
            }
            sum0.mul(scale).intoMemorySegment(scores, lane, LE);
            sum1.mul(scale).intoMemorySegment(scores, lane + next, LE);
        }
    }

    /** scores (keys) += slope * (distance, distance + 1, ...). */
    private static void ramp(MemorySegment scores, float slope, int distance) {
        FloatVector steps = FloatVector.zero(Lanes.FLOAT).addIndex(1);
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector bias = steps.add(distance + lane).mul(slope);
            FloatVector.fromMemorySegment(Lanes.FLOAT, scores, 4L * lane, LE)
                    .add(bias)
                    .intoMemorySegment(scores, 4L * lane, LE);
        }
    }

    private static float maximum(MemorySegment scores, int low, int high) {
        float max = Float.NEGATIVE_INFINITY;
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector s = FloatVector.fromMemorySegment(Lanes.FLOAT, scores, 4L * lane, LE);
            max = Math.max(
                    max,
                    s.blend(Float.NEGATIVE_INFINITY, outside(lane, low, high)).reduceLanes(VectorOperators.MAX));
        }
        return max;
    }

    /** scores = exp(scores - max) between low and high, 0 outside; returns their sum. */
    private static float exponentials(MemorySegment scores, float max, int low, int high) {
        FloatVector sum = FloatVector.zero(Lanes.FLOAT);
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector s = FloatVector.fromMemorySegment(Lanes.FLOAT, scores, 4L * lane, LE);
            FloatVector e = VectorMath.exp(s.sub(max)).blend(0f, outside(lane, low, high));
            e.intoMemorySegment(scores, 4L * lane, LE);
            sum = sum.add(e);
        }
        return VectorMath.sum(sum);
    }

    /** Lanes whose key is before {@code low} or not before {@code high}. */
    private static VectorMask<Float> outside(int lane, int low, int high) {
        IntVector key = IntVector.zero(Lanes.INT).addIndex(1).add(lane);
        return key.lt(low).or(key.compare(VectorOperators.GE, high)).cast(Lanes.FLOAT);
    }

    /** out (headDim) = out * correction + weights (keys) x values (keys, headDim). */
    private static void weigh(
            MemorySegment weights,
            int low,
            int high,
            MemorySegment values,
            long at,
            int headDim,
            float correction,
            MemorySegment out,
            long row) {
        int d = 0;
        for (; d + 2 * Lanes.COUNT <= headDim; d += 2 * Lanes.COUNT) {
            long next = 4L * (d + Lanes.COUNT);
            FloatVector sum0 = FloatVector.fromMemorySegment(Lanes.FLOAT, out, row + 4L * d, LE)
                    .mul(correction);
            FloatVector sum1 = FloatVector.fromMemorySegment(Lanes.FLOAT, out, row + next, LE)
                    .mul(correction);
            long value = at + 4L * low * headDim;
            for (int k = low; k < high; k++) {
                FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights.get(FLOAT, 4L * k));
                sum0 = FloatVector.fromMemorySegment(Lanes.FLOAT, values, value + 4L * d, LE)
                        .fma(p, sum0);
                sum1 = FloatVector.fromMemorySegment(Lanes.FLOAT, values, value + next, LE)
                        .fma(p, sum1);
                value += 4L * headDim;
            }
            sum0.intoMemorySegment(out, row + 4L * d, LE);
            sum1.intoMemorySegment(out, row + next, LE);
        }
        for (; d < headDim; d++) {
            float sum = out.get(FLOAT, row + 4L * d) * correction;
            for (int k = low; k < high; k++) {
                sum = Math.fma(weights.get(FLOAT, 4L * k), values.get(FLOAT, at + 4L * ((long) k * headDim + d)), sum);
            }
            out.set(FLOAT, row + 4L * d, sum);
        }
    }
}
