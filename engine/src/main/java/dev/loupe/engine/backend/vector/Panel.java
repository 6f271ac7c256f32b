package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;

/** Product of a panel (columns, 32 rows) with one vector. */
final class Panel {
    /** Columns of a panel that stays in the first-level cache. */
    static final int CACHED_COLUMNS = 64;

    private Panel() {}

    /**
     * @param x (columns), from {@code xAt}
     * @param out (32 rows), which the product is added to, so that a long row can be taken piece by piece
     */
    static void product(float[] panel, int columns, float[] x, int xAt, float[] out) {
        for (int lane = 0; lane < TileKernel.ROWS; lane += 2 * Lanes.COUNT) {
            FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, lane);
            FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, lane + Lanes.COUNT);
            int at = lane;
            for (int k = 0; k < columns; k++) {
                FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[xAt + k]);
                sum0 = FloatVector.fromArray(Lanes.FLOAT, panel, at).fma(xk, sum0);
                sum1 = FloatVector.fromArray(Lanes.FLOAT, panel, at + Lanes.COUNT)
                        .fma(xk, sum1);
                at += TileKernel.ROWS;
            }
            sum0.intoArray(out, lane);
            sum1.intoArray(out, lane + Lanes.COUNT);
        }
    }
}
