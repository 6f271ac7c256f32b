package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Dot products of codes of four bits with activations in signed bytes: a template as {@link BlockLoops} is one.
 *
 * <p>A word has codes of four bytes of a row. Its two 16-bit halves are lanes, so one multiplication takes codes of two
 * columns. Invariant: sums are exact, for the products of the columns that share a scale fit in 16 bits, in two lanes.
 */
final class NibbleDots implements IntegerKernel.Dots {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int ROWS = TileKernel.ROWS;
    private static final int NEXT = 4 * Lanes.COUNT;
    private static final short MASK = 15;
    private static final BlockLayout LAYOUT = Template.data(MethodHandles.lookup(), BlockLayout.class);

    private static final int COLUMNS = LAYOUT.dtype().blockElements();
    private static final int SHARE = LAYOUT.scales().columns();
    private static final long BLOCK = LAYOUT.codesSize();

    /** Columns of the low halves of bytes side by side; as many of the high halves follow. */
    private static final int RUN = LAYOUT.low().run();

    /** Columns of one shift. */
    private static final int PIECE = Math.min(SHARE, RUN);

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
                ShortVector a0 = ShortVector.zero(Lanes.SHORT);
                ShortVector a1 = ShortVector.zero(Lanes.SHORT);
                for (int c = column; c < column + SHARE; c += PIECE) {
                    long at = block + word(c);
                    int shift = shift(c);
                    for (int i = 0; i < PIECE; i += 4) {
                        ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORT, words, at, LE);
                        ShortVector w1 = ShortVector.fromMemorySegment(Lanes.SHORT, words, at + NEXT, LE);
                        ShortVector xe = pair(pairs, p);
                        ShortVector xo = pair(pairs, p + 1);
                        a0 = a0.add(even(w0, shift).mul(xe)).add(odd(w0, shift).mul(xo));
                        a1 = a1.add(even(w1, shift).mul(xe)).add(odd(w1, shift).mul(xo));
                        at += TileKernel.WORDS;
                        p += 2;
                    }
                }
                widened(a0).intoArray(dots, s);
                widened(a1).intoArray(dots, s + Lanes.COUNT);
                s += ROWS;
            }
            block += BLOCK;
        }
    }

    /** Where in a block the word of a column lies. */
    private static int word(int column) {
        return (column / (2 * RUN) * RUN + column % RUN) * ROWS;
    }

    private static int shift(int column) {
        return column / RUN % 2 * 4;
    }

    /** Activations of two columns for all lanes. */
    private static ShortVector pair(int[] pairs, int at) {
        return IntVector.broadcast(Lanes.INT, pairs[at]).reinterpretAsShorts();
    }

    /** Codes of the first and third column of a group. */
    private static ShortVector even(ShortVector words, int shift) {
        return words.lanewise(VectorOperators.LSHR, (short) shift).and(MASK);
    }

    /** Codes of the second and fourth column of a group. */
    private static ShortVector odd(ShortVector words, int shift) {
        return words.lanewise(VectorOperators.LSHR, (short) (8 + shift)).and(MASK);
    }

    /** Sums of neighbouring lanes. */
    private static IntVector widened(ShortVector sums) {
        IntVector pairs = sums.reinterpretAsInts();
        return pairs.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(pairs.lanewise(VectorOperators.ASHR, 16));
    }
}
