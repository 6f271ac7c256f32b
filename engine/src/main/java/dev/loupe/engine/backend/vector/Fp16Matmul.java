package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;

/** fp16. Tile: for every 2 columns {@code pair[32]}, a word each (first column low, second high). */
final class Fp16Matmul implements TileKernel {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public DType dtype() {
        return new Fp16();
    }

    @Override
    public long tileBytes(int columns) {
        return (columns + 1) / 2L * WORDS;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < columns; k++) {
                short value = Words.finiteHalf(source, 2 * ((long) r * columns + k));
                Words.setHalf(tile, offset + (long) (k / 2) * WORDS + 4L * r, k % 2, value);
            }
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        for (int lane = 0; lane < WORDS; lane += 4 * Lanes.COUNT) {
            long at = offset + lane + from / 2L * WORDS;
            int panelAt = lane / 4;
            for (int k = from; k < to; k += 2) {
                IntVector words = IntVector.fromMemorySegment(Lanes.INT, tile, at, LE);
                Halves.low(words).intoArray(panel, panelAt);
                if (k + 1 < to) {
                    Halves.high(words).intoArray(panel, panelAt + ROWS);
                }
                at += WORDS;
                panelAt += 2 * ROWS;
            }
        }
    }
}
