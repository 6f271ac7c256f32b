package dev.loupe.engine.backend.vector;

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
    /** d, dmin, twelve bytes of 8 scales and 8 minimums of six bits: q4_k, and q5_k too. */
    Q4_K(32, 16, 0, 2) {
        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block, 1, factor, 0);
            eight(tile, offset, block, 0, factor, d, from);
            BlockScales.halves(tile, offset, block + 2, -1, factor, 0);
            eight(tile, offset, block, 1, factor, m, from);
        }

        /** Scales ({@code which} 0) or minimums (1): four of a byte's six bits, four of shared bytes and bits above. */
        private static void eight(
                MemorySegment tile, long offset, int block, int which, float[] factor, float[] out, int from) {
            int own = block + 4 + 4 * which;
            scales(tile, offset, own, 0, 63, own, 0, 0, 0, 0, factor, 4, out, from);
            int later = from + 4 * TileKernel.ROWS;
            scales(tile, offset, block + 12, 4 * which, 15, own, 2, 0x30, 0, 0, factor, 4, out, later);
        }
    },

    /** 16 signed bytes, d. Codes are 32 too large. */
    Q6_K(16, 18, 208) {
        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block + 16, 1, factor, 0);
            scales(tile, offset, block, 0, 0xFF, block, 0, 0, 0x80, 128, factor, 16, d, from);
            times(-32, d, m, from);
        }
    },

    /** Twelve bytes of 16 scales of six bits, d. Scales are 32 too large, codes 4. */
    Q3_K(16, 14, 108) {
        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block + 12, 1, factor, 0);
            for (int s = 0; s < 16; s += 4) {
                int low = block + s % 8;
                int at = from + s * TileKernel.ROWS;
                scales(tile, offset, low, s / 8 * 4, 15, block + 8, s / 2 - 4, 0x30, 0, 32, factor, 4, d, at);
            }
            times(-4, d, m, from);
        }
    },

    /** 16 bytes of a scale (low) and a minimum (high), d, dmin. */
    Q2_K(16, 20, 80, 82) {
        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block + 16, 1, factor, 0);
            scales(tile, offset, block, 0, 15, block, 0, 0, 0, 0, factor, 16, d, from);
            BlockScales.halves(tile, offset, block + 18, -1, factor, 0);
            scales(tile, offset, block, 4, 15, block, 0, 0, 0, 0, factor, 16, m, from);
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
     * Decodes the block whose bytes begin at {@code block} in the stream to d and m from {@code from}.
     *
     * @param factor (32), work space
     */
    abstract void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from);

    /**
     * Decodes {@code count} scales, whose bytes follow each other: ((low | high) ^ flip) - bias, times a factor.
     *
     * @param low byte of the stream with the low bits of the first, {@code lowShift} above its end
     * @param high as low, of the bits above, brought to their place by a rotation
     * @param factor (32)
     * @param out (count, 32) from {@code at}
     */
    static void scales(
            MemorySegment tile,
            long offset,
            int low,
            int lowShift,
            int lowMask,
            int high,
            int highShift,
            int highMask,
            int flip,
            int bias,
            float[] factor,
            int count,
            float[] out,
            int at) {
        for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
            FloatVector scale = FloatVector.fromArray(Lanes.FLOAT, factor, lane);
            long words = offset + 4L * lane;
            int to = at + lane;
            for (int i = 0; i < count; i++) {
                long lowWord = words + (low + i) / 4 * (long) TileKernel.WORDS;
                long highWord = words + (high + i) / 4 * (long) TileKernel.WORDS;
                IntVector lower = IntVector.fromMemorySegment(Lanes.INT, tile, lowWord, LE)
                        .lanewise(VectorOperators.LSHR, 8 * ((low + i) % 4) + lowShift)
                        .and(lowMask);
                IntVector upper = IntVector.fromMemorySegment(Lanes.INT, tile, highWord, LE)
                        .lanewise(VectorOperators.ROR, 8 * ((high + i) % 4) + highShift)
                        .and(highMask);
                IntVector number =
                        lower.or(upper).lanewise(VectorOperators.XOR, flip).sub(bias);
                ((FloatVector) number.convert(VectorOperators.I2F, 0))
                        .mul(scale)
                        .intoArray(out, to);
                to += TileKernel.ROWS;
            }
        }
    }

    /** m = d * factor of a block, from {@code from}. */
    void times(float factor, float[] d, float[] m, int from) {
        int end = from + BLOCK / columns * TileKernel.ROWS;
        for (int i = from; i < end; i++) {
            m[i] = d[i] * factor;
        }
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
        int perBlock = BLOCK / columns;
        float[] factor = WorkSpace.ofThread().factor();
        for (int i = from; i < to; i += perBlock) {
            block(tile, offset, i / perBlock * bytes, factor, d, m, (i - from) * TileKernel.ROWS);
        }
    }

    @Override
    public void check(MemorySegment source, long block) {
        for (int half : halves) {
            Words.checkHalf(source, block + half);
        }
    }
}
