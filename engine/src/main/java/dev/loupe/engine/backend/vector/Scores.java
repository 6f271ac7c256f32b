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

    /** scores (keys) = scale * q (headDim) x keys (headDim, keys). */
    private static void products(float[] q, int row, int headDim, float[] keys, float scale, float[] scores) {
        for (int lane = 0; lane < KEYS; lane += 2 * Lanes.COUNT) {
            FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
            int key = lane;
            for (int d = 0; d < headDim; d++) {
                FloatVector qd = FloatVector.broadcast(Lanes.FLOAT, q[row + d]);
                sum0 = FloatVector.fromArray(Lanes.FLOAT, keys, key).fma(qd, sum0);
                sum1 = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT)
                        .fma(qd, sum1);
                key += KEYS;
            }
            sum0.mul(scale).intoArray(scores, lane);
            sum1.mul(scale).intoArray(scores, lane + Lanes.COUNT);
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
