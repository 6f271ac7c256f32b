package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Dot products of one plane of integer codes with activations in signed bytes: a template as {@link BlockLoops} is one.
 *
 * <p>A word has four codes of a row. Its two 16-bit halves are lanes, so one multiplication takes codes of two columns,
 * and as many products are added in 16 bits as surely fit before they are widened. Invariant: sums are exact.
 */
final class PlaneDots implements IntegerKernel.Dots {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int ROWS = TileKernel.ROWS;
    private static final int WORDS = TileKernel.WORDS;
    private static final int NEXT = 4 * Lanes.COUNT;
    private static final IntegerKernel.PlaneOfBlock OF =
            Template.data(MethodHandles.lookup(), IntegerKernel.PlaneOfBlock.class);

    private static final int COLUMNS = OF.columns();
    private static final int SHARE = OF.share();
    private static final long BLOCK = OF.size();
    private static final int BITS = OF.plane().bits();
    private static final boolean SIGNED = OF.signed();
    private static final boolean CONSECUTIVE = OF.plane().step() == 1;
    private static final int RUN = CONSECUTIVE ? 32 : OF.plane().run();
    private static final int SPAN = CONSECUTIVE ? 32 : RUN * (8 / BITS);
    private static final int FIRST = OF.plane().first() * WORDS;
    private static final int STEP = CONSECUTIVE ? 0 : WORDS;
    private static final short MASK = (short) ((1 << BITS) - 1);
    private static final int WEIGHT = OF.weight();

    /** Columns whose products are added in 16 bits, in two lanes. */
    private static final int WIDE = Math.min(
            SHARE,
            2 * Integer.highestOneBit(Short.MAX_VALUE / QuantizedTokens.LARGEST / (SIGNED ? 128 : (1 << BITS) - 1)));

    /** Columns of one shift. */
    private static final int PIECE = Math.min(WIDE, RUN);

    @Override
    public void dots(MemorySegment tile, long codes, int columns, int[] pairs, int pairsAt, int[] dots) {
        int blocks = columns / COLUMNS;
        MemorySegment words = tile.asSlice(codes, blocks * BLOCK);
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            dots(words, 4L * lane, blocks, pairs, pairsAt, dots, lane);
        }
    }

    private static void dots(MemorySegment words, long block, int blocks, int[] pairs, int p, int[] dots, int s) {
        for (int b = 0; b < blocks; b++) {
            for (int column = 0; column < COLUMNS; column += SHARE) {
                IntVector dot0 = IntVector.zero(Lanes.INT);
                IntVector dot1 = IntVector.zero(Lanes.INT);
                for (int w = 0; w < SHARE; w += WIDE) {
                    ShortVector a0 = ShortVector.zero(Lanes.SHORT);
                    ShortVector a1 = ShortVector.zero(Lanes.SHORT);
                    for (int q = 0; q < WIDE; q += PIECE) {
                        int c = column + w + q;
                        long at = block + word(c);
                        int shift = shift(c);
                        for (int i = 0; i < PIECE; i += 4) {
                            ShortVector w0 = word(words, at, shift + i);
                            ShortVector w1 = word(words, at + NEXT, shift + i);
                            ShortVector xe = pair(pairs, p);
                            ShortVector xo = pair(pairs, p + 1);
                            a0 = a0.add(even(w0, shift).mul(xe))
                                    .add(odd(w0, shift).mul(xo));
                            a1 = a1.add(even(w1, shift).mul(xe))
                                    .add(odd(w1, shift).mul(xo));
                            at += STEP;
                            p += 2;
                        }
                    }
                    dot0 = dot0.add(widened(a0));
                    dot1 = dot1.add(widened(a1));
                }
                store(dot0, dots, s);
                store(dot1, dots, s + Lanes.COUNT);
                s += ROWS;
            }
            block += BLOCK;
        }
    }

    /** Where in a block the word of a column lies. */
    private static int word(int column) {
        return FIRST + (CONSECUTIVE ? 0 : (column / SPAN * RUN + column % RUN) * ROWS);
    }

    private static int shift(int column) {
        return CONSECUTIVE ? column % SPAN : column % SPAN / RUN * BITS;
    }

    /** Activations of two columns for all lanes. */
    private static ShortVector pair(int[] pairs, int at) {
        return IntVector.broadcast(Lanes.INT, pairs[at]).reinterpretAsShorts();
    }

    private static ShortVector word(MemorySegment words, long at, int shift) {
        if (CONSECUTIVE) {
            return IntVector.fromMemorySegment(Lanes.INT, words, at, LE)
                    .lanewise(VectorOperators.LSHR, shift)
                    .and(15)
                    .mul(0x00204081) // copies 7 bits apart bring bit j to byte j
                    .reinterpretAsShorts();
        }
        return ShortVector.fromMemorySegment(Lanes.SHORT, words, at, LE);
    }

    /** Bits of the first and third column of a group. */
    private static ShortVector even(ShortVector words, int shift) {
        if (SIGNED) {
            return words.lanewise(VectorOperators.LSHL, (short) 8).lanewise(VectorOperators.ASHR, (short) 8);
        }
        return CONSECUTIVE
                ? words.and(MASK)
                : words.lanewise(VectorOperators.LSHR, (short) shift).and(MASK);
    }

    /** Bits of the second and fourth column of a group. */
    private static ShortVector odd(ShortVector words, int shift) {
        if (SIGNED) {
            return words.lanewise(VectorOperators.ASHR, (short) 8);
        }
        return words.lanewise(VectorOperators.LSHR, (short) (CONSECUTIVE ? 8 : 8 + shift))
                .and(MASK);
    }

    /** Sums of neighbouring lanes. */
    private static IntVector widened(ShortVector sums) {
        IntVector pairs = sums.reinterpretAsInts();
        return pairs.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(pairs.lanewise(VectorOperators.ASHR, 16));
    }

    private static void store(IntVector dot, int[] dots, int at) {
        if (WEIGHT == 1) {
            dot.intoArray(dots, at);
        } else {
            dot.mul(WEIGHT).add(IntVector.fromArray(Lanes.INT, dots, at)).intoArray(dots, at);
        }
    }
}
