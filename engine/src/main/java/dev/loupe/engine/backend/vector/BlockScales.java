package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.OptionalInt;
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
    ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    /** Columns that share d and m. */
    int columns();

    /** The code that means 0, where {@link #decode} leaves m to its reader: m = -zero * d. */
    default OptionalInt zero() {
        return OptionalInt.empty();
    }

    /**
     * Decodes scales {@code from} to {@code to} of a tile.
     *
     * @param tile the stream of scales of 32 rows, from {@code offset}
     * @param d (to - from, 32)
     * @param m as d; not written if there is a {@link #zero}
     */
    void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m);

    /**
     * Checks the scales of the block at {@code block}, as they are in a file.
     *
     * @throws dev.loupe.engine.LoupeException if one is not a number
     */
    void check(byte[] source, int block);

    /**
     * Decodes the binary16 at byte {@code index} of every row's stream.
     *
     * <p>Here and in {@link SuperBlockScales} vectors stay within a method: where the compiler does not inline one that
     * takes or returns them it allocates each.
     *
     * @param out (32) from {@code at}
     */
    static void halves(MemorySegment tile, long offset, int index, float factor, float[] out, int at) {
        long words = offset + index / 4 * (long) TileKernel.WORDS;
        int shift = 16 - 8 * (index % 4);
        for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
            IntVector high = IntVector.fromMemorySegment(Lanes.INT, tile, words + 4L * lane, LE)
                    .lanewise(VectorOperators.LSHL, shift)
                    .and(0xFFFF0000);
            if (Subnormals.QUICK) {
                high.lanewise(VectorOperators.ASHR, 3)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(Halves.REBIAS)
                        .mul(factor)
                        .intoArray(out, at + lane);
            } else {
                Halves.toFloat(high).mul(factor).intoArray(out, at + lane);
            }
        }
    }

    /** A binary16 for {@code columns} of them; the code {@code centre} means 0. Bytes: d. */
    record Half(int columns, int centre) implements BlockScales {
        @Override
        public OptionalInt zero() {
            return OptionalInt.of(centre);
        }

        @Override
        public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
            factors(tile, offset, from, to, d);
        }

        /** Decodes d alone. */
        static void factors(MemorySegment tile, long offset, int from, int to, float[] d) {
            int at = 0;
            for (int i = from; i < to; i++) {
                halves(tile, offset, 2 * i, 1, d, at);
                at += TileKernel.ROWS;
            }
        }

        @Override
        public void check(byte[] source, int block) {
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
                halves(tile, offset, 4 * i, 1, d, at);
                halves(tile, offset, 4 * i + 2, 1, m, at);
                at += TileKernel.ROWS;
            }
        }

        @Override
        public void check(byte[] source, int block) {
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
        public OptionalInt zero() {
            return OptionalInt.of(0);
        }

        @Override
        public void decode(MemorySegment tile, long offset, int from, int to, float[] d, float[] m) {
            int at = 0;
            for (int i = from; i < to; i++) {
                long words = offset + i / 4 * (long) TileKernel.WORDS;
                for (int lane = 0; lane < TileKernel.ROWS; lane += Lanes.COUNT) {
                    IntVector.fromMemorySegment(Lanes.INT, tile, words + 4L * lane, LE)
                            .lanewise(VectorOperators.LSHR, 8 * (i % 4))
                            .and(0xFF)
                            .lanewise(VectorOperators.LSHL, 23)
                            .max(SMALLEST)
                            .reinterpretAsFloats()
                            .intoArray(d, at + lane);
                }
                at += TileKernel.ROWS;
            }
        }

        @Override
        public void check(byte[] source, int block) {
            Words.check(source[block] != NAN);
        }
    }
}
