package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Single rows out of tiles: what an embedding needs. */
final class Rows {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Rows() {}

    /** Decodes a row to fp32 (columns) in {@code out}. */
    static void decode(VectorWeight w, int row, MemorySegment out, long outOffset) {
        float[] values = WorkSpace.ofThread().input(w.columns());
        w.kernel().row(w.tiles(), w.offset(row / TileKernel.ROWS), w.columns(), row % TileKernel.ROWS, values);
        MemorySegment.copy(values, 0, out, FLOAT, outOffset, w.columns());
    }
}
