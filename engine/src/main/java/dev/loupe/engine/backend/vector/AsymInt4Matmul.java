package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * asym_int4: value = d * q + m.
 *
 * <p>Tile: for every block {@code dm[32]}, a word each (d low, m high); then for every 8 columns {@code q[32]}, a word
 * each of 8 nibbles, first column lowest.
 */
final class AsymInt4Matmul implements TileKernel {
    private static final int BLOCK = 32;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public DType dtype() {
        return new AsymInt4();
    }

    @Override
    public long tileBytes(int columns) {
        return codes(columns) + columns / 8L * WORDS;
    }

    /** Where the nibbles begin in a tile. */
    private static long codes(int columns) {
        return (long) columns / BLOCK * WORDS;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        int blocks = columns / BLOCK;
        int blockBytes = dtype().blockBytes();
        var words = new int[BLOCK / 8];
        for (int r = 0; r < rows; r++) {
            for (int b = 0; b < blocks; b++) {
                long block = ((long) r * blocks + b) * blockBytes;
                long scale = offset + (long) b * WORDS + 4L * r;
                Words.setHalf(tile, scale, 0, Words.finiteHalf(source, block));
                Words.setHalf(tile, scale, 1, Words.finiteHalf(source, block + 2));
                Words.splitNibbles(source, block + 4, words);
                for (int g = 0; g < words.length; g++) {
                    Words.set(tile, offset + codes(columns) + (4L * b + g) * WORDS + 4L * r, words[g]);
                }
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
        for (int lane = 0; lane < WORDS; lane += 8 * Lanes.COUNT) {
            product(
                    tile,
                    offset + lane,
                    columns / BLOCK,
                    offset + lane + codes(columns),
                    x,
                    xOffset,
                    out,
                    outOffset + lane);
        }
    }

    private static void product(
            MemorySegment tile,
            long scales,
            int blocks,
            long codes,
            MemorySegment x,
            long xAt,
            MemorySegment out,
            long outAt) {
        int next = 4 * Lanes.COUNT;
        FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
        FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
        for (int b = 0; b < blocks; b++) {
            IntVector dm0 = IntVector.fromMemorySegment(Lanes.INT, tile, scales, LE);
            IntVector dm1 = IntVector.fromMemorySegment(Lanes.INT, tile, scales + next, LE);
            FloatVector d0 = Halves.low(dm0);
            FloatVector d1 = Halves.low(dm1);
            FloatVector m0 = Halves.high(dm0);
            FloatVector m1 = Halves.high(dm1);
            for (int g = 0; g < BLOCK / 8; g++) {
                IntVector q0 = IntVector.fromMemorySegment(Lanes.INT, tile, codes, LE);
                IntVector q1 = IntVector.fromMemorySegment(Lanes.INT, tile, codes + next, LE);
                for (int j = 0; j < 8; j++) {
                    FloatVector xk =
                            FloatVector.broadcast(Lanes.FLOAT, x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, xAt + 4L * j));
                    sum0 = nibble(q0, j).fma(d0, m0).fma(xk, sum0);
                    sum1 = nibble(q1, j).fma(d1, m1).fma(xk, sum1);
                }
                xAt += 32;
                codes += WORDS;
            }
            scales += WORDS;
        }
        sum0.intoMemorySegment(out, outAt, LE);
        sum1.intoMemorySegment(out, outAt + next, LE);
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, MemorySegment panel) {
        for (int lane = 0; lane < WORDS; lane += 4 * Lanes.COUNT) {
            long codes = offset + lane + codes(columns) + from / 8L * WORDS;
            long at = lane;
            for (int b = from / BLOCK; b < to / BLOCK; b++) {
                IntVector dm = IntVector.fromMemorySegment(Lanes.INT, tile, offset + lane + (long) b * WORDS, LE);
                FloatVector d = Halves.low(dm);
                FloatVector m = Halves.high(dm);
                for (int g = 0; g < BLOCK / 8; g++) {
                    IntVector q = IntVector.fromMemorySegment(Lanes.INT, tile, codes, LE);
                    for (int j = 0; j < 8; j++) {
                        nibble(q, j).fma(d, m).intoMemorySegment(panel, at, LE);
                        at += WORDS;
                    }
                    codes += WORDS;
                }
            }
        }
    }

    private static FloatVector nibble(IntVector words, int j) {
        return (FloatVector) words.lanewise(VectorOperators.LSHR, 4 * j).and(15).convert(VectorOperators.I2F, 0);
    }
}
