package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * How a block's scale bytes become the two numbers that its codes are multiplied with: value = code * d + m, rounded
 * once.
 *
 * <p>Decoded a few columns ahead into heap arrays, so that what must be fast stays small enough for the compiler.
 * Invariant: d and m are exact in float32 wherever the format's own arithmetic is.
 */
interface BlockScales {
    /** Columns that share d and m. */
    int columns();

    /**
     * Decodes scales {@code from} to {@code to} of a tile.
     *
     * @param tile the stream of scales of 32 rows, from {@code offset}
     * @param d (to - from, 32)
     * @param m as d
     */
    void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m);

    /**
     * Checks the scales of the block at {@code block}, as they are in a file.
     *
     * @throws dev.loupe.engine.LoupeException if one is not a number
     */
    void check(MemorySegment source, long block);

    /**
     * The word of 32 rows, from {@code lane}, that has the byte {@code index} of the stream, shifted to its low end.
     */
    static IntVector word(MemorySegment tile, long offset, int index, int lane) {
        return IntVector.fromMemorySegment(
                        Lanes.INT,
                        tile,
                        offset + index / 4 * (long) TileKernel.WORDS + 4L * lane,
                        ByteOrder.LITTLE_ENDIAN)
                .lanewise(VectorOperators.LSHR, 8 * (index % 4));
    }

    /** Floats of non-negative numbers of few bits. */
    static FloatVector floats(IntVector numbers) {
        return (FloatVector) numbers.convert(VectorOperators.I2F, 0);
    }

    /** A binary16 for {@code columns} of them; the code {@code zero} means 0. Bytes: d. */
    record Half(int columns, float zero) implements BlockScales {
        @Override
        public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
            int at = 0;
            for (int i = from; i < to; i++) {
                for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                    FloatVector scale = Halves.low(word(tile, offset, 2 * i, lane));
                    scale.intoArray(d, at + lane);
                    scale.mul(-zero).intoArray(m, at + lane);
                }
                at += TileKernel.ROWS;
            }
        }

        @Override
        public void check(MemorySegment source, long block) {
            Words.checkHalf(source, block);
        }
    }

    /** A binary16 scale and a binary16 minimum for 32 columns. Bytes: d, m. */
    record HalfPair() implements BlockScales {
        @Override
        public int columns() {
            return 32;
        }

        @Override
        public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
            int at = 0;
            for (int i = from; i < to; i++) {
                for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                    IntVector pair = word(tile, offset, 4 * i, lane);
                    Halves.low(pair).intoArray(d, at + lane);
                    Halves.high(pair).intoArray(m, at + lane);
                }
                at += TileKernel.ROWS;
            }
        }

        @Override
        public void check(MemorySegment source, long block) {
            Words.checkHalf(source, block);
            Words.checkHalf(source, block + 2);
        }
    }

    /** A power of two for 32 columns, as the OCP microscaling formats have it. Bytes: its exponent plus 127. */
    record PowerOfTwo() implements BlockScales {
        private static final byte NAN = -1;
        private static final int SMALLEST = 0x400000; // the bits of 2^-127

        @Override
        public int columns() {
            return 32;
        }

        @Override
        public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
            int at = 0;
            for (int i = from; i < to; i++) {
                for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                    word(tile, offset, i, lane)
                            .and(0xFF)
                            .lanewise(VectorOperators.LSHL, 23)
                            .max(SMALLEST)
                            .reinterpretAsFloats()
                            .intoArray(d, at + lane);
                    FloatVector.zero(Lanes.FLOAT).intoArray(m, at + lane);
                }
                at += TileKernel.ROWS;
            }
        }

        @Override
        public void check(MemorySegment source, long block) {
            Words.check(source.get(ValueLayout.JAVA_BYTE, block) != NAN);
        }
    }
}
