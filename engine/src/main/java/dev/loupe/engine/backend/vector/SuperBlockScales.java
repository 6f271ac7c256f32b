package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
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
            four(tile, offset, own, 0, 63, own, 0, 0, 0, factor, out, from);
            int later = from + 4 * TileKernel.ROWS;
            four(tile, offset, block + 12, 4 * which, 15, own, 2, 0x30, 0, factor, out, later);
        }
    },

    /** 16 signed bytes, d. Codes are 32 too large. */
    Q6_K(16, 18, 208) {
        @Override
        public OptionalInt zero() {
            return OptionalInt.of(32);
        }

        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block + 16, 1, factor, 0);
            for (int s = 0; s < 16; s += 4) {
                int at = from + s * TileKernel.ROWS;
                four(tile, offset, block + s, 0, 0xFF, block, 0, 0, 128, factor, d, at);
            }
        }
    },

    /** Twelve bytes of 16 scales of six bits, d. Scales are 32 too large, codes 4. */
    Q3_K(16, 14, 108) {
        @Override
        public OptionalInt zero() {
            return OptionalInt.of(4);
        }

        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block + 12, 1, factor, 0);
            for (int s = 0; s < 16; s += 4) {
                int low = block + s % 8;
                int at = from + s * TileKernel.ROWS;
                four(tile, offset, low, s / 8 * 4, 15, block + 8, s / 2 - 4, 0x30, 32, factor, d, at);
            }
        }
    },

    /** 16 bytes of a scale (low) and a minimum (high), d, dmin. */
    Q2_K(16, 20, 80, 82) {
        @Override
        void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from) {
            BlockScales.halves(tile, offset, block + 16, 1, factor, 0);
            BlockScales.halves(tile, offset, block + 18, -1, factor, TileKernel.ROWS);
            long words = offset + block / 4 * (long) TileKernel.WORDS;
            for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                FloatVector scale = FloatVector.fromArray(Lanes.FLOAT, factor, lane);
                FloatVector minimum = FloatVector.fromArray(Lanes.FLOAT, factor, TileKernel.ROWS + lane);
                int to = from + lane;
                for (int s = 0; s < 16; s += 4) {
                    IntVector four =
                            IntVector.fromMemorySegment(Lanes.INT, tile, words + 4L * lane + s * TileKernel.ROWS, LE);
                    for (int i = 0; i < 32; i += 8) {
                        IntVector own = four.lanewise(VectorOperators.LSHR, i);
                        IntVector next = four.lanewise(VectorOperators.LSHR, i + 4);
                        ((FloatVector) own.and(15).convert(VectorOperators.I2F, 0))
                                .mul(scale)
                                .intoArray(d, to);
                        ((FloatVector) next.and(15).convert(VectorOperators.I2F, 0))
                                .mul(minimum)
                                .intoArray(m, to);
                        to += TileKernel.ROWS;
                    }
                }
            }
        }
    };

    private static final int BLOCK = 256;
    private static final int BYTES = 0x01010101;

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
     * @param factor (64), work space
     */
    abstract void block(MemorySegment tile, long offset, int block, float[] factor, float[] d, float[] m, int from);

    /**
     * Decodes four scales, whose bytes follow each other: (low | high) - bias, times a factor.
     *
     * @param low byte of the stream with the low bits of the first, {@code lowShift} above its end
     * @param high as low, of the bits above, brought to their place by a rotation
     * @param bias 128 for signed bytes, whose highest bit turns with it
     * @param factor (32)
     * @param out (4, 32) from {@code at}
     */
    static void four(
            MemorySegment tile,
            long offset,
            int low,
            int lowShift,
            int lowMask,
            int high,
            int highShift,
            int highMask,
            int bias,
            float[] factor,
            float[] out,
            int at) {
        long low0 = offset + low / 4 * (long) TileKernel.WORDS;
        long low1 = offset + (low + 3) / 4 * (long) TileKernel.WORDS;
        long high0 = offset + high / 4 * (long) TileKernel.WORDS;
        long high1 = offset + (high + 3) / 4 * (long) TileKernel.WORDS;
        for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
            FloatVector scale = FloatVector.fromArray(Lanes.FLOAT, factor, lane);
            FloatVector least = scale.mul(-bias);
            IntVector lower = bytes(tile, low0 + 4L * lane, low1 + 4L * lane, 8 * (low % 4))
                    .lanewise(VectorOperators.LSHR, lowShift)
                    .and(lowMask * BYTES);
            IntVector four = bytes(tile, high0 + 4L * lane, high1 + 4L * lane, 8 * (high % 4))
                    .lanewise(VectorOperators.ROR, highShift)
                    .and(highMask * BYTES)
                    .or(lower)
                    .lanewise(VectorOperators.XOR, (bias & 128) * BYTES);
            int to = at + lane;
            for (int i = 0; i < 32; i += 8) {
                ((FloatVector) four.lanewise(VectorOperators.LSHR, i).and(0xFF).convert(VectorOperators.I2F, 0))
                        .fma(scale, least)
                        .intoArray(out, to);
                to += TileKernel.ROWS;
            }
        }
    }

    /** Four bytes of every row that begin {@code shift} bits within a word, and end in {@code next}. */
    private static IntVector bytes(MemorySegment tile, long word, long next, int shift) {
        return IntVector.fromMemorySegment(Lanes.INT, tile, word, LE)
                .lanewise(VectorOperators.LSHR, shift)
                .or(IntVector.fromMemorySegment(Lanes.INT, tile, next, LE).lanewise(VectorOperators.LSHL, -shift));
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
    public void check(byte[] source, int block) {
        for (int half : halves) {
            Words.checkHalf(source, block + half);
        }
    }
}
