package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.SymInt8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * sym_int8: value = d * q.
 *
 * <p>Tile: for every two blocks {@code d[32]}, a word each (first block low, second high); then for every 4 columns
 * {@code q[32]}, a word each of 4 signed bytes, first column lowest.
 */
final class SymInt8Matmul implements TileKernel {
    private static final int BLOCK = 32;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    @Override
    public DType dtype() {
        return new SymInt8();
    }

    @Override
    public long tileBytes(int columns) {
        return codes(columns) + columns / 4L * WORDS;
    }

    /** Where the bytes begin in a tile. */
    private static long codes(int columns) {
        return (columns / BLOCK + 1) / 2L * WORDS;
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        int blocks = columns / BLOCK;
        int blockBytes = dtype().blockBytes();
        for (int r = 0; r < rows; r++) {
            for (int b = 0; b < blocks; b++) {
                long block = ((long) r * blocks + b) * blockBytes;
                Words.setHalf(tile, offset + b / 2 * WORDS + 4L * r, b % 2, Words.finiteHalf(source, block));
                for (int g = 0; g < BLOCK / 4; g++) {
                    int word = source.get(ValueLayout.JAVA_INT_UNALIGNED, block + 2 + 4L * g);
                    Words.set(tile, offset + codes(columns) + (8L * b + g) * WORDS + 4L * r, word);
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
            for (int g = 0; g < BLOCK / 4; g++) {
                IntVector q0 = IntVector.fromMemorySegment(Lanes.INT, tile, codes, LE);
                IntVector q1 = IntVector.fromMemorySegment(Lanes.INT, tile, codes + next, LE);
                for (int j = 0; j < 4; j++) {
                    FloatVector xk = FloatVector.broadcast(Lanes.FLOAT, x[p + j]);
                    sum0 = signed(q0, j).mul(d0).fma(xk, sum0);
                    sum1 = signed(q1, j).mul(d1).fma(xk, sum1);
                }
                p += 4;
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
            long codes = offset + lane + codes(columns) + from / 4L * WORDS;
            int at = lane / 4;
            for (int b = from / BLOCK; b < to / BLOCK; b++) {
                FloatVector d = scale(tile, offset + lane, b);
                for (int g = 0; g < BLOCK / 4; g++) {
                    IntVector q = IntVector.fromMemorySegment(Lanes.INT, tile, codes, LE);
                    for (int j = 0; j < 4; j++) {
                        signed(q, j).mul(d).intoArray(panel, at);
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

    private static FloatVector signed(IntVector words, int j) {
        return (FloatVector) words.lanewise(VectorOperators.LSHL, 24 - 8 * j)
                .lanewise(VectorOperators.ASHR, 24)
                .convert(VectorOperators.I2F, 0);
    }
}
