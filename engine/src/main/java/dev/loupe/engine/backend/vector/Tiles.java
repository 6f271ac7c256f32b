package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Weight;

/** The tiles of several matrices, counted through. */
final class Tiles {
    private Tiles() {}

    static int total(Weight[] weights) {
        return before(weights, weights.length);
    }

    /** Tiles of the matrices before {@code m}. */
    static int before(Weight[] weights, int m) {
        int tiles = 0;
        for (int i = 0; i < m; i++) {
            tiles += ((VectorWeight) weights[i]).tileCount();
        }
        return tiles;
    }

    /** The matrix that tile {@code i} belongs to. */
    static int matrix(Weight[] weights, int i) {
        int m = 0;
        for (int end = ((VectorWeight) weights[0]).tileCount();
                i >= end;
                end += ((VectorWeight) weights[m]).tileCount()) {
            m++;
        }
        return m;
    }

    /** How many tiles a thread takes at a time: enough pieces for an even end, few enough to count cheaply. */
    static int step(int total, int threads) {
        return Math.max(1, total / (threads * 8));
    }
}
