package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * bf16: the high half of an fp32. Tile: for every 2 columns {@code pair[32]}, a word each (first column low, second
 * high).
 */
final class Bf16Matmul implements TileKernel {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public DType dtype() {
        return new Bf16();
    }

    @Override
    public long tileBytes(int columns) {
        return (columns + 1) / 2L * WORDS;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < columns; k++) {
                short value = source.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * ((long) r * columns + k));
                Words.setHalf(tile, offset + (long) (k / 2) * WORDS + 4L * r, k % 2, value);
            }
        }
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        int next = 4 * Lanes.COUNT;
        for (int lane = 0; lane < WORDS; lane += 2 * next) {
            FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
            long at = offset + lane;
            int p = 0;
            for (int k = 0; k + 1 < columns; k += 2) {
                IntVector w0 = IntVector.fromMemorySegment(Lanes.INT, tile, at, LE);
                IntVector w1 = IntVector.fromMemorySegment(Lanes.INT, tile, at + next, LE);
                FloatVector xa = FloatVector.broadcast(Lanes.FLOAT, x[p]);
                FloatVector xb = FloatVector.broadcast(Lanes.FLOAT, x[p + 1]);
                sum0 = high(w0).fma(xb, low(w0).fma(xa, sum0));
                sum1 = high(w1).fma(xb, low(w1).fma(xa, sum1));
                at += WORDS;
                p += 2;
            }
            if (columns % 2 == 1) {
                FloatVector xa = FloatVector.broadcast(Lanes.FLOAT, x[p]);
                sum0 = low(IntVector.fromMemorySegment(Lanes.INT, tile, at, LE)).fma(xa, sum0);
                sum1 = low(IntVector.fromMemorySegment(Lanes.INT, tile, at + next, LE))
                        .fma(xa, sum1);
            }
            sum0.intoArray(out, lane / 4);
            sum1.intoArray(out, lane / 4 + Lanes.COUNT);
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        for (int lane = 0; lane < WORDS; lane += 4 * Lanes.COUNT) {
            long at = offset + lane + from / 2L * WORDS;
            int panelAt = lane / 4;
            for (int k = from; k < to; k += 2) {
                IntVector words = IntVector.fromMemorySegment(Lanes.INT, tile, at, LE);
                low(words).intoArray(panel, panelAt);
                if (k + 1 < to) {
                    high(words).intoArray(panel, panelAt + ROWS);
                }
                at += WORDS;
                panelAt += 2 * ROWS;
            }
        }
    }

    private static FloatVector low(IntVector words) {
        return words.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector high(IntVector words) {
        return words.and(0xFFFF0000).reinterpretAsFloats();
    }
}
