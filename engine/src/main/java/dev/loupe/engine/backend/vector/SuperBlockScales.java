package dev.loupe.engine.backend.vector;

import static dev.loupe.engine.backend.vector.BlockScales.floats;
import static dev.loupe.engine.backend.vector.BlockScales.word;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The scales within scales of ggml's K-quants: integers for sub-blocks, and binary16 factors for all of the 256
 * columns.
 *
 * <p>Their bytes are drawn at the dtypes of the same names. Invariant: products of a factor and an integer are exact in
 * float32, so a value is rounded once, as in the formats' definition.
 *
 * <p>Scales and minimums are decoded by calls of their own: the compiler stops to inline, and boxes vectors, where a
 * method reads native memory in more than a few places.
 */
enum SuperBlockScales implements BlockScales {
    /** d, dmin, twelve bytes of 8 scales and 8 minimums of six bits: q4_k, and q5_k too. */
    Q4_K(32, 16, 0, 2) {
        @Override
        void block(MemorySegment tile, long offset, int block, int lane, float[] d, float[] m, int from) {
            firstFour(tile, offset, block, lane, 0, 1, d, from);
            firstFour(tile, offset, block, lane, 1, -1, m, from);
            lastFour(tile, offset, block, lane, 0, 1, d, from + 4 * TileKernel.ROWS);
            lastFour(tile, offset, block, lane, 1, -1, m, from + 4 * TileKernel.ROWS);
        }

        /** Six bits of one byte: scales ({@code which} 0) or minimums (1). */
        private static void firstFour(
                MemorySegment tile, long offset, int block, int lane, int which, float sign, float[] out, int from) {
            FloatVector factor = factor(tile, offset, block + 2 * which, lane, sign);
            int at = from;
            for (int s = 0; s < 4; s++) {
                IntVector six =
                        word(tile, offset, block + 4 + 4 * which + s, lane).and(63);
                floats(six).mul(factor).intoArray(out, at);
                at += TileKernel.ROWS;
            }
        }

        /** Four bits of a byte that scale and minimum share, two left over in those above. */
        private static void lastFour(
                MemorySegment tile, long offset, int block, int lane, int which, float sign, float[] out, int from) {
            FloatVector factor = factor(tile, offset, block + 2 * which, lane, sign);
            int at = from;
            for (int s = 0; s < 4; s++) {
                IntVector lower = word(tile, offset, block + 12 + s, lane)
                        .lanewise(VectorOperators.LSHR, 4 * which)
                        .and(15);
                IntVector upper = word(tile, offset, block + 4 + 4 * which + s, lane)
                        .lanewise(VectorOperators.LSHR, 2)
                        .and(0x30);
                floats(upper.or(lower)).mul(factor).intoArray(out, at);
                at += TileKernel.ROWS;
            }
        }
    },

    /** 16 signed bytes, d. Codes are 32 too large. */
    Q6_K(16, 18, 208) {
        @Override
        void block(MemorySegment tile, long offset, int block, int lane, float[] d, float[] m, int from) {
            FloatVector factor = Halves.low(word(tile, offset, block + 16, lane));
            int at = from;
            for (int s = 0; s < 16; s++) {
                IntVector scale = word(tile, offset, block + s, lane)
                        .lanewise(VectorOperators.LSHL, 24)
                        .lanewise(VectorOperators.ASHR, 24);
                FloatVector product = floats(scale).mul(factor);
                product.intoArray(d, at);
                product.mul(-32f).intoArray(m, at);
                at += TileKernel.ROWS;
            }
        }
    },

    /** Twelve bytes of 16 scales of six bits, d. Scales are 32 too large, codes 4. */
    Q3_K(16, 14, 108) {
        @Override
        void block(MemorySegment tile, long offset, int block, int lane, float[] d, float[] m, int from) {
            FloatVector factor = Halves.low(word(tile, offset, block + 12, lane));
            int at = from;
            for (int s = 0; s < 16; s++) {
                IntVector lower = word(tile, offset, block + s % 8, lane)
                        .lanewise(VectorOperators.LSHR, s / 8 * 4)
                        .and(15);
                IntVector upper = word(tile, offset, block + 8 + s % 4, lane)
                        .lanewise(VectorOperators.LSHR, s / 4 * 2)
                        .and(3);
                IntVector scale =
                        upper.lanewise(VectorOperators.LSHL, 4).or(lower).sub(32);
                FloatVector product = floats(scale).mul(factor);
                product.intoArray(d, at);
                product.mul(-4f).intoArray(m, at);
                at += TileKernel.ROWS;
            }
        }
    },

    /** 16 bytes of a scale (low) and a minimum (high), d, dmin. */
    Q2_K(16, 20, 80, 82) {
        @Override
        void block(MemorySegment tile, long offset, int block, int lane, float[] d, float[] m, int from) {
            nibbles(tile, offset, block, lane, 0, 1, d, from);
            nibbles(tile, offset, block, lane, 1, -1, m, from);
        }

        /** Scales ({@code which} 0) or minimums (1). */
        private static void nibbles(
                MemorySegment tile, long offset, int block, int lane, int which, float sign, float[] out, int from) {
            FloatVector factor = factor(tile, offset, block + 16 + 2 * which, lane, sign);
            int at = from;
            for (int s = 0; s < 16; s++) {
                IntVector four = word(tile, offset, block + s, lane)
                        .lanewise(VectorOperators.LSHR, 4 * which)
                        .and(15);
                floats(four).mul(factor).intoArray(out, at);
                at += TileKernel.ROWS;
            }
        }
    };

    private static final int BLOCK = 256;

    private final int columns;
    private final int bytes;
    private final int[] halves;

    /**
     * @param bytes of a block's scales
     * @param halves where in a block of the file a binary16 begins
     */
    SuperBlockScales(int columns, int bytes, int... halves) {
        this.columns = columns;
        this.bytes = bytes;
        this.halves = halves;
    }

    /**
     * The block whose bytes begin at {@code block} in the stream, for the rows from {@code lane}, to d and m from
     * {@code from}.
     */
    abstract void block(MemorySegment tile, long offset, int block, int lane, float[] d, float[] m, int from);

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
        int perBlock = BLOCK / columns;
        for (int i = from; i < to; i += perBlock) {
            for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                block(tile, offset, i / perBlock * bytes, lane, d, m, (i - from) * TileKernel.ROWS + lane);
            }
        }
    }

    @Override
    public void check(MemorySegment source, long block) {
        for (int half : halves) {
            Words.checkHalf(source, block + half);
        }
    }

    private static FloatVector factor(MemorySegment tile, long offset, int index, int lane, float sign) {
        return Halves.low(word(tile, offset, index, lane)).mul(sign);
    }
}
