package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Slots;
import jdk.incubator.vector.FloatVector;

/**
 * Scores of queries with a tile of {@value #KEYS} keys: scaled, soft-capped, biased by distance.
 *
 * <p>Queries are packed in groups of {@value #GROUP}, (headDim, {@value #GROUP}), so that each key that is loaded meets
 * four of them. Invariant: a query's scores have the same bits in a group and alone.
 */
final class Scores {
    /** Queries that are multiplied at a time. */
    static final int GROUP = 4;

    private static final int KEYS = Visible.KEYS;

    private Scores() {}

    /** Room for so many queries in whole groups. */
    static int padded(int queries) {
        return (queries + GROUP - 1) / GROUP * GROUP;
    }

    /**
     * Products of a group with all keys of a tile, seen or not.
     *
     * @param q packed queries, from {@code at}
     * @param scores (queries, stride), the first query's from {@code to}
     */
    static void ofGroup(float[] q, int at, AttentionSpec spec, CacheTile tile, float[] scores, int to, int stride) {
        for (int lane = 0; lane < KEYS; lane += 2 * Lanes.COUNT) {
            int key = tile.keyAt() + lane;
            group(q, at, spec.headDim(), tile.keys(), key, tile.keyStride(), spec.scale(), scores, to + lane, stride);
        }
    }

    /** The same of a group's first query alone. */
    static void ofOne(float[] q, int at, AttentionSpec spec, CacheTile tile, float[] scores, int to) {
        for (int lane = 0; lane < KEYS; lane += 2 * Lanes.COUNT) {
            int key = tile.keyAt() + lane;
            one(q, at, spec.headDim(), tile.keys(), key, tile.keyStride(), spec.scale(), scores, to + lane);
        }
    }

    /** What follows on the products of one query with the tile that begins at slot {@code tile}. */
    static void finish(AttentionSpec spec, int head, int position, Slots slots, int tile, float[] scores, int at) {
        if (spec.softcap() != 0) {
            softcap(scores, at, spec.softcap());
        }
        float slope = spec.alibi().slope(head);
        if (slope != 0) {
            bias(scores, at, slope, slots, head / spec.group(), tile, position);
        }
    }

    private static void group(
            float[] q,
            int at,
            int headDim,
            float[] keys,
            int from,
            int keyStride,
            float scale,
            float[] scores,
            int to,
            int stride) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOAT);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        int key = from;
        int p = at;
        for (int d = 0; d < headDim; d++) {
            FloatVector k0 = FloatVector.fromArray(Lanes.FLOAT, keys, key);
            FloatVector k1 = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT);
            FloatVector x = FloatVector.broadcast(Lanes.FLOAT, q[p]);
            a0 = k0.fma(x, a0);
            b0 = k1.fma(x, b0);
            x = FloatVector.broadcast(Lanes.FLOAT, q[p + 1]);
            a1 = k0.fma(x, a1);
            b1 = k1.fma(x, b1);
            x = FloatVector.broadcast(Lanes.FLOAT, q[p + 2]);
            a2 = k0.fma(x, a2);
            b2 = k1.fma(x, b2);
            x = FloatVector.broadcast(Lanes.FLOAT, q[p + 3]);
            a3 = k0.fma(x, a3);
            b3 = k1.fma(x, b3);
            key += keyStride;
            p += GROUP;
        }
        int next = Lanes.COUNT;
        a0.mul(scale).intoArray(scores, to);
        b0.mul(scale).intoArray(scores, to + next);
        a1.mul(scale).intoArray(scores, to + stride);
        b1.mul(scale).intoArray(scores, to + stride + next);
        a2.mul(scale).intoArray(scores, to + 2 * stride);
        b2.mul(scale).intoArray(scores, to + 2 * stride + next);
        a3.mul(scale).intoArray(scores, to + 3 * stride);
        b3.mul(scale).intoArray(scores, to + 3 * stride + next);
    }

    private static void one(
            float[] q,
            int at,
            int headDim,
            float[] keys,
            int from,
            int keyStride,
            float scale,
            float[] scores,
            int to) {
        FloatVector a = FloatVector.zero(Lanes.FLOAT);
        FloatVector b = a;
        int key = from;
        int p = at;
        for (int d = 0; d < headDim; d++) {
            FloatVector x = FloatVector.broadcast(Lanes.FLOAT, q[p]);
            a = FloatVector.fromArray(Lanes.FLOAT, keys, key).fma(x, a);
            b = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT).fma(x, b);
            key += keyStride;
            p += GROUP;
        }
        a.mul(scale).intoArray(scores, to);
        b.mul(scale).intoArray(scores, to + Lanes.COUNT);
    }

    private static void softcap(float[] scores, int at, float cap) {
        for (int i = at; i < at + KEYS; i += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(Lanes.FLOAT, scores, i);
            VectorMath.tanh(s.div(cap)).mul(cap).intoArray(scores, i);
        }
    }

    private static void bias(float[] scores, int at, float slope, Slots slots, int kvHead, int tile, int position) {
        for (int k = 0; k < KEYS; k++) {
            scores[at + k] += slope * (slots.position(kvHead, tile + k) - position);
        }
    }
}
