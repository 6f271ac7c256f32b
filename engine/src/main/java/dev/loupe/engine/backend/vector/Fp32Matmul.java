package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** fp32. Tile: for every column {@code value[32]}, a word each: the panel itself. */
final class Fp32Matmul implements TileKernel {
    @Override
    public DType dtype() {
        return new Fp32();
    }

    @Override
    public long tileBytes(int columns) {
        return (long) columns * WORDS;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < columns; k++) {
                int word = source.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * ((long) r * columns + k));
                Words.set(tile, offset + (long) k * WORDS + 4L * r, word);
            }
        }
    }

    @Override
    public void product(
            MemorySegment tile,
            long offset,
            int columns,
            MemorySegment x,
            long xOffset,
            MemorySegment out,
            long outOffset) {
        Panel.product(tile, offset, columns, x, xOffset, out, outOffset, false);
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, MemorySegment panel) {
        MemorySegment.copy(tile, offset + (long) from * WORDS, panel, 0, (long) (to - from) * WORDS);
    }
}
