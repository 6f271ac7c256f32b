package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** fp32. Tile: for every column {@code value[32]}, a word each: the panel itself. */
final class Fp32Matmul implements TileKernel {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

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
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        int next = 4 * Lanes.COUNT;
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
            long at = offset + 4L * lane;
            for (int k = 0; k < columns; k++) {
                FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[k]);
                sum0 = FloatVector.fromMemorySegment(Lanes.FLOAT, tile, at, LE).fma(xk, sum0);
                sum1 = FloatVector.fromMemorySegment(Lanes.FLOAT, tile, at + next, LE)
                        .fma(xk, sum1);
                at += WORDS;
            }
            sum0.intoArray(out, lane);
            sum1.intoArray(out, lane + Lanes.COUNT);
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        MemorySegment.copy(tile, ValueLayout.JAVA_FLOAT, offset + (long) from * WORDS, panel, 0, (to - from) * ROWS);
    }
}
