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
 */
enum SuperBlockScales implements BlockScales {
    /** d, dmin, twelve bytes of 8 scales and 8 minimums of six bits: q4_k and q5_k. */
    Q4_K(32, 16, new int[] {0, 2}) {
        @Override
        void decode(MemorySegment tile, long offset, int block, int s, int lane, float[] d, float[] m, int at) {
            IntVector factors = word(tile, offset, block, lane);
            int j = s % 4;
            IntVector scale = word(tile, offset, block + 4 + j, lane);
            IntVector min = word(tile, offset, block + 8 + j, lane);
            if (s >= 4) {
                IntVector lower = word(tile, offset, block + 12 + j, lane);
                scale = upperTwo(scale).or(lower.and(15));
                min = upperTwo(min).or(lower.lanewise(VectorOperators.LSHR, 4).and(15));
            }
            floats(scale.and(63)).mul(Halves.low(factors)).intoArray(d, at);
            floats(min.and(63)).mul(Halves.high(factors)).neg().intoArray(m, at);
        }
    },

    /** 16 signed bytes, d: q6_k. Codes are 32 too large. */
    Q6_K(16, 18, new int[] {208}) {
        @Override
        void decode(MemorySegment tile, long offset, int block, int s, int lane, float[] d, float[] m, int at) {
            IntVector scale = word(tile, offset, block + s, lane)
                    .lanewise(VectorOperators.LSHL, 24)
                    .lanewise(VectorOperators.ASHR, 24);
            FloatVector product = floats(scale).mul(Halves.low(word(tile, offset, block + 16, lane)));
            product.intoArray(d, at);
            product.mul(-32f).intoArray(m, at);
        }
    },

    /** Twelve bytes of 16 scales of six bits, d: q3_k. Scales are 32 too large, codes 4. */
    Q3_K(16, 14, new int[] {108}) {
        @Override
        void decode(MemorySegment tile, long offset, int block, int s, int lane, float[] d, float[] m, int at) {
            IntVector lower = word(tile, offset, block + s % 8, lane)
                    .lanewise(VectorOperators.LSHR, s / 8 * 4)
                    .and(15);
            IntVector upper = word(tile, offset, block + 8 + s % 4, lane)
                    .lanewise(VectorOperators.LSHR, s / 4 * 2)
                    .and(3);
            IntVector scale = upper.lanewise(VectorOperators.LSHL, 4).or(lower).sub(32);
            FloatVector product = floats(scale).mul(Halves.low(word(tile, offset, block + 12, lane)));
            product.intoArray(d, at);
            product.mul(-4f).intoArray(m, at);
        }
    },

    /** 16 bytes of a scale (low) and a minimum (high), d, dmin: q2_k. */
    Q2_K(16, 20, new int[] {80, 82}) {
        @Override
        void decode(MemorySegment tile, long offset, int block, int s, int lane, float[] d, float[] m, int at) {
            IntVector factors = word(tile, offset, block + 16, lane);
            IntVector pair = word(tile, offset, block + s, lane);
            floats(pair.and(15)).mul(Halves.low(factors)).intoArray(d, at);
            floats(pair.lanewise(VectorOperators.LSHR, 4).and(15))
                    .mul(Halves.high(factors))
                    .neg()
                    .intoArray(m, at);
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
    SuperBlockScales(int columns, int bytes, int[] halves) {
        this.columns = columns;
        this.bytes = bytes;
        this.halves = halves;
    }

    /** One sub-block {@code s} of the block whose bytes begin at {@code block} in the stream. */
    abstract void decode(MemorySegment tile, long offset, int block, int s, int lane, float[] d, float[] m, int at);

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
        int perBlock = BLOCK / columns;
        for (int i = from; i < to; i++) {
            for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                int at = (i - from) * TileKernel.ROWS + lane;
                decode(tile, offset, i / perBlock * bytes, i % perBlock, lane, d, m, at);
            }
        }
    }

    @Override
    public void check(MemorySegment source, long block) {
        for (int half : halves) {
            Words.checkHalf(source, block + half);
        }
    }

    private static IntVector upperTwo(IntVector bytes) {
        return bytes.lanewise(VectorOperators.LSHR, 2).and(0x30);
    }
}
