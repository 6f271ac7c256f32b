package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Slots;
import jdk.incubator.vector.FloatVector;

/** Scores of one query with a tile of {@value Visible#KEYS} keys: scaled, soft-capped, biased by distance. */
final class Scores {
    private static final int KEYS = Visible.KEYS;

    private Scores() {}

    /**
     * Computes the scores of all keys of the tile, seen or not.
     *
     * @param q from {@code row}, (headDim)
     * @param keys (headDim, keys)
     * @param tile its first slot
     */
    static void of(
            float[] q,
            int row,
            AttentionSpec spec,
            int head,
            int position,
            float[] keys,
            Slots slots,
            int tile,
            float[] scores) {
        products(q, row, spec.headDim(), keys, spec.scale(), scores);
        if (spec.softcap() != 0) {
            softcap(scores, spec.softcap());
        }
        float slope = spec.alibi().slope(head);
        if (slope != 0) {
            bias(scores, slope, slots, head / spec.group(), tile, position);
        }
    }

    /** scores (keys) = scale * q (headDim) x keys (headDim, keys); sums of even and odd dimensions run side by side. */
    private static void products(float[] q, int row, int headDim, float[] keys, float scale, float[] scores) {
        for (int lane = 0; lane < KEYS; lane += 2 * Lanes.COUNT) {
            FloatVector even0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector even1 = even0;
            FloatVector odd0 = even0;
            FloatVector odd1 = even0;
            int key = lane;
            int d = row;
            for (; d + 1 < row + headDim; d += 2) {
                FloatVector qd = FloatVector.broadcast(Lanes.FLOAT, q[d]);
                even0 = FloatVector.fromArray(Lanes.FLOAT, keys, key).fma(qd, even0);
                even1 = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT)
                        .fma(qd, even1);
                qd = FloatVector.broadcast(Lanes.FLOAT, q[d + 1]);
                odd0 = FloatVector.fromArray(Lanes.FLOAT, keys, key + KEYS).fma(qd, odd0);
                odd1 = FloatVector.fromArray(Lanes.FLOAT, keys, key + KEYS + Lanes.COUNT)
                        .fma(qd, odd1);
                key += 2 * KEYS;
            }
            if (d < row + headDim) {
                FloatVector qd = FloatVector.broadcast(Lanes.FLOAT, q[d]);
                even0 = FloatVector.fromArray(Lanes.FLOAT, keys, key).fma(qd, even0);
                even1 = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT)
                        .fma(qd, even1);
            }
            even0.add(odd0).mul(scale).intoArray(scores, lane);
            even1.add(odd1).mul(scale).intoArray(scores, lane + Lanes.COUNT);
        }
    }

    private static void softcap(float[] scores, float cap) {
        for (int lane = 0; lane < KEYS; lane += Lanes.COUNT) {
            FloatVector s = FloatVector.fromArray(Lanes.FLOAT, scores, lane);
            VectorMath.tanh(s.div(cap)).mul(cap).intoArray(scores, lane);
        }
    }

    private static void bias(float[] scores, float slope, Slots slots, int kvHead, int tile, int position) {
        for (int k = 0; k < KEYS; k++) {
            scores[k] += slope * (slots.position(kvHead, tile + k) - position);
        }
    }
}
