package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** fp16. Tile: for every column {@code value[32]}, half a word each. */
final class Fp16Matmul implements TileKernel {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    @Override
    public DType dtype() {
        return new Fp16();
    }

    @Override
    public long tileBytes(int columns) {
        return (long) columns * WORDS / 2;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < columns; k++) {
                short value = source.get(SHORT, 2 * ((long) r * columns + k));
                tile.set(SHORT, offset + 2 * ((long) k * ROWS + r), value);
            }
        }
    }

    /** The compiler makes vectors of this loop by itself, with the CPU's own conversion, which the Vector API lacks. */
    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        long start = offset + 2L * from * ROWS;
        int values = (to - from) * ROWS;
        for (int i = 0; i < values; i++) {
            panel[i] = Float.float16ToFloat(tile.get(SHORT, start + 2L * i));
        }
    }
}
