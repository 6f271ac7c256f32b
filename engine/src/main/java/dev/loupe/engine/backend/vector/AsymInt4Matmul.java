package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
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
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        int blocks = columns / BLOCK;
        float[] scales = WorkSpace.ofThread().scales(2 * blocks * ROWS);
        Scales.decode(tile, offset, 2 * blocks, scales);
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            product(tile, offset + codes(columns) + 4L * lane, blocks, scales, lane, x, out, lane);
        }
    }

    private static void product(
            MemorySegment tile, long codes, int blocks, float[] scales, int s, float[] x, float[] out, int outAt) {
        int next = 4 * Lanes.COUNT;
        FloatVector sum0 = FloatVector.zero(Lanes.FLOAT);
        FloatVector sum1 = FloatVector.zero(Lanes.FLOAT);
        int p = 0;
        for (int b = 0; b < blocks; b++) {
            FloatVector d0 = FloatVector.fromArray(Lanes.FLOAT, scales, s);
            FloatVector d1 = FloatVector.fromArray(Lanes.FLOAT, scales, s + Lanes.COUNT);
            FloatVector m0 = FloatVector.fromArray(Lanes.FLOAT, scales, s + ROWS);
            FloatVector m1 = FloatVector.fromArray(Lanes.FLOAT, scales, s + ROWS + Lanes.COUNT);
            for (int g = 0; g < BLOCK / 8; g++) {
                IntVector q0 = IntVector.fromMemorySegment(Lanes.INT, tile, codes, LE);
                IntVector q1 = IntVector.fromMemorySegment(Lanes.INT, tile, codes + next, LE);
                for (int j = 0; j < 8; j++) {
                    FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[p + j]);
                    sum0 = nibble(q0, j).fma(d0, m0).fma(xk, sum0);
                    sum1 = nibble(q1, j).fma(d1, m1).fma(xk, sum1);
                }
                p += 8;
                codes += WORDS;
            }
            s += 2 * ROWS;
        }
        sum0.intoArray(out, outAt);
        sum1.intoArray(out, outAt + Lanes.COUNT);
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        for (int lane = 0; lane < WORDS; lane += 4 * Lanes.COUNT) {
            long codes = offset + lane + codes(columns) + from / 8L * WORDS;
            int at = lane / 4;
            for (int b = from / BLOCK; b < to / BLOCK; b++) {
                IntVector dm = IntVector.fromMemorySegment(Lanes.INT, tile, offset + lane + (long) b * WORDS, LE);
                FloatVector d = Halves.low(dm);
                FloatVector m = Halves.high(dm);
                for (int g = 0; g < BLOCK / 8; g++) {
                    IntVector q = IntVector.fromMemorySegment(Lanes.INT, tile, codes, LE);
                    for (int j = 0; j < 8; j++) {
                        nibble(q, j).fma(d, m).intoArray(panel, at);
                        at += ROWS;
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
