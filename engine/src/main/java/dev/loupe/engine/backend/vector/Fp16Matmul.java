package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
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
    public void product(
            MemorySegment tile,
            long offset,
            int columns,
            MemorySegment x,
            long xOffset,
            MemorySegment out,
            long outOffset) {
        int next = 4 * Lanes.COUNT;
        for (int lane = 0; lane < WORDS; lane += 2 * next) {
            FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
            long at = offset + lane;
            long xAt = xOffset;
            for (int k = 0; k + 1 < columns; k += 2) {
                IntVector w0 = IntVector.fromMemorySegment(Lanes.INT, tile, at, LE);
                IntVector w1 = IntVector.fromMemorySegment(Lanes.INT, tile, at + next, LE);
                FloatVector xa = FloatVector.broadcast(Lanes.FLOAT, x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, xAt));
                FloatVector xb = FloatVector.broadcast(Lanes.FLOAT, x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, xAt + 4));
                sum0 = Halves.high(w0).fma(xb, Halves.low(w0).fma(xa, sum0));
                sum1 = Halves.high(w1).fma(xb, Halves.low(w1).fma(xa, sum1));
                at += WORDS;
                xAt += 8;
            }
            if (columns % 2 == 1) {
                FloatVector xa = FloatVector.broadcast(Lanes.FLOAT, x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, xAt));
                sum0 = Halves.low(IntVector.fromMemorySegment(Lanes.INT, tile, at, LE))
                        .fma(xa, sum0);
                sum1 = Halves.low(IntVector.fromMemorySegment(Lanes.INT, tile, at + next, LE))
                        .fma(xa, sum1);
            }
            sum0.intoMemorySegment(out, outOffset + lane, LE);
            sum1.intoMemorySegment(out, outOffset + lane + next, LE);
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, MemorySegment panel) {
        for (int lane = 0; lane < WORDS; lane += 4 * Lanes.COUNT) {
            long at = offset + lane + from / 2L * WORDS;
            long panelAt = lane;
            for (int k = from; k < to; k += 2) {
                IntVector words = IntVector.fromMemorySegment(Lanes.INT, tile, at, LE);
                Halves.low(words).intoMemorySegment(panel, panelAt, LE);
                if (k + 1 < to) {
                    Halves.high(words).intoMemorySegment(panel, panelAt + WORDS, LE);
                }
                at += WORDS;
                panelAt += 2 * WORDS;
            }
        }
    }
}
