package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Slots;
import jdk.incubator.vector.FloatVector;

/** What follows on the products of queries with keys: soft-capping, a bias by distance. */
final class Scores {
    private static final int KEYS = Visible.KEYS;

    private Scores() {}

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
