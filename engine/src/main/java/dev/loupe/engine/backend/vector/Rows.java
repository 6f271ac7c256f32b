package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Single rows out of tiles: what an embedding needs. */
final class Rows {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Rows() {}

    /** Decodes a row to fp32 (columns) in {@code out}, through a panel. */
    static void decode(VectorWeight w, int row, float[] panel, MemorySegment out, long outOffset) {
        int tile = row / TileKernel.ROWS;
        int lane = row % TileKernel.ROWS;
        for (int from = 0; from < w.columns(); from += Gemm.DEPTH) {
            int to = Math.min(w.columns(), from + Gemm.DEPTH);
            w.kernel().unpack(w.tiles(), w.offset(tile), w.columns(), from, to, panel);
            for (int k = from; k < to; k++) {
                out.set(FLOAT, outOffset + 4L * k, panel[(k - from) * TileKernel.ROWS + lane]);
            }
        }
    }
}
