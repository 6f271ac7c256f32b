package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Single rows out of tiles: what an embedding needs. */
final class Rows {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Rows() {}

    /** Decodes a row to fp32 (columns) in {@code out}, through a panel. */
    static void decode(VectorWeight w, int row, MemorySegment panel, MemorySegment out, long outOffset) {
        int tile = row / TileKernel.ROWS;
        long lane = 4L * (row % TileKernel.ROWS);
        for (int from = 0; from < w.columns(); from += Gemm.DEPTH) {
            int to = Math.min(w.columns(), from + Gemm.DEPTH);
            w.kernel().unpack(w.tiles(), w.offset(tile), w.columns(), from, to, panel);
            for (int k = from; k < to; k++) {
                out.set(FLOAT, outOffset + 4L * k, panel.get(FLOAT, (long) (k - from) * TileKernel.WORDS + lane));
            }
        }
    }
}
