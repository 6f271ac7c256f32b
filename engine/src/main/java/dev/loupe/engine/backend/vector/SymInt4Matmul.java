package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.SymInt4;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * sym_int4: value = d * (q - 8).
 *
 * <p>Tile: for every two blocks {@code d[32]}, a word each (first block low, second high); then for every 8 columns
 * {@code q[32]}, a word each of 8 nibbles, first column lowest.
 */
final class SymInt4Matmul implements TileKernel {
    private static final int BLOCK = 32;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public DType dtype() {
        return new SymInt4();
    }

    @Override
    public long tileBytes(int columns) {
        return codes(columns) + columns / 8L * WORDS;
    }

    /** Where the nibbles begin in a tile. */
    private static long codes(int columns) {
        return (columns / BLOCK + 1) / 2L * WORDS;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        int blocks = columns / BLOCK;
        int blockBytes = dtype().blockBytes();
        var words = new int[BLOCK / 8];
        for (int r = 0; r < rows; r++) {
            for (int b = 0; b < blocks; b++) {
                long block = ((long) r * blocks + b) * blockBytes;
                Words.setHalf(tile, offset + b / 2 * WORDS + 4L * r, b % 2, Words.finiteHalf(source, block));
                Words.splitNibbles(source, block + 2, words);
                for (int g = 0; g < words.length; g++) {
                    Words.set(tile, offset + codes(columns) + (4L * b + g) * WORDS + 4L * r, words[g]);
                }
            }
        }
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        int blocks = columns / BLOCK;
        float[] scales = WorkSpace.ofThread().scales(blocks * ROWS);
        Scales.decode(tile, offset, blocks, scales);
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
            FloatVector m0 = d0.mul(-8f);
            FloatVector m1 = d1.mul(-8f);
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
            s += ROWS;
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
                FloatVector d = scale(tile, offset + lane, b);
                FloatVector m = d.mul(-8f);
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

    private static FloatVector scale(MemorySegment tile, long scales, int block) {
        IntVector words = IntVector.fromMemorySegment(Lanes.INT, tile, scales + block / 2 * WORDS, LE);
        return Halves.at(words, block % 2);
    }

    private static FloatVector nibble(IntVector words, int j) {
        return (FloatVector) words.lanewise(VectorOperators.LSHR, 4 * j).and(15).convert(VectorOperators.I2F, 0);
    }
}
