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
 * columns. All shifts are constants, and a method has no more vectors than the compiler inlines: sums leave it as they
 * are, to be widened where they are scaled.
 */
final class NibbleDots implements IntegerKernel.Dots {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int ROWS = TileKernel.ROWS;
    private static final int NEXT = 4 * Lanes.COUNT;
    private static final int NEXT_SUM = 2 * Lanes.COUNT;
    private static final short MASK = 15;
    private static final BlockLayout LAYOUT = Template.data(MethodHandles.lookup(), BlockLayout.class);

    /** Columns of the low halves of bytes side by side; as many of the high halves follow. */
    private static final int RUN = LAYOUT.low().run();

    private static final int RUN_PAIRS = RUN / 2;
    private static final int RUN_WORDS = RUN / 4 * TileKernel.WORDS;

    /** Whether both halves of a run's bytes share a scale. */
    private static final boolean TOGETHER = LAYOUT.scales().columns() == 2 * RUN;

    @Override
    public void dots(
            MemorySegment tile,
            long codes,
            int columns,
            int[] pairs,
            int p,
            int[] starts,
            int start,
            short[] sums,
            int s) {
        int runs = columns / (2 * RUN);
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            if (TOGETHER) {
                together(tile, codes + 4L * lane, runs, pairs, p, starts, start, sums, s + 2 * lane);
            } else {
                apart(tile, codes + 4L * lane, runs, pairs, p, starts, start, sums, s + 2 * lane);
            }
        }
    }

    private static void together(
            MemorySegment tile, long run, int runs, int[] pairs, int p, int[] starts, int start, short[] sums, int s) {
        for (int r = 0; r < runs; r++) {
            ShortVector a0 = pair(starts, start + r);
            ShortVector a1 = a0;
            long at = run;
            for (int i = 0; i < RUN; i += 4) {
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORT, tile, at, LE);
                ShortVector w1 = ShortVector.fromMemorySegment(Lanes.SHORT, tile, at + NEXT, LE);
                ShortVector x = pair(pairs, p);
                a0 = a0.add(code(w0, 0).mul(x));
                a1 = a1.add(code(w1, 0).mul(x));
                x = pair(pairs, p + 1);
                a0 = a0.add(code(w0, 8).mul(x));
                a1 = a1.add(code(w1, 8).mul(x));
                x = pair(pairs, p + RUN_PAIRS);
                a0 = a0.add(code(w0, 4).mul(x));
                a1 = a1.add(code(w1, 4).mul(x));
                x = pair(pairs, p + RUN_PAIRS + 1);
                a0 = a0.add(code(w0, 12).mul(x));
                a1 = a1.add(code(w1, 12).mul(x));
                at += TileKernel.WORDS;
                p += 2;
            }
            a0.intoArray(sums, s);
            a1.intoArray(sums, s + NEXT_SUM);
            s += 2 * ROWS;
            p += RUN_PAIRS;
            run += RUN_WORDS;
        }
    }

    /** One loop for both halves of a run: two of them would be more than the compiler inlines. */
    private static void apart(
            MemorySegment tile, long run, int runs, int[] pairs, int p, int[] starts, int start, short[] sums, int s) {
        for (int half = 0; half < 2 * runs; half++) {
            ShortVector a0 = pair(starts, start + half);
            ShortVector a1 = a0;
            int shift = half % 2 * 4;
            long at = run + half / 2 * RUN_WORDS;
            for (int i = 0; i < RUN; i += 4) {
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORT, tile, at, LE);
                ShortVector w1 = ShortVector.fromMemorySegment(Lanes.SHORT, tile, at + NEXT, LE);
                ShortVector x = pair(pairs, p);
                a0 = a0.add(shifted(w0, shift).mul(x));
                a1 = a1.add(shifted(w1, shift).mul(x));
                x = pair(pairs, p + 1);
                a0 = a0.add(shifted(w0, 8 + shift).mul(x));
                a1 = a1.add(shifted(w1, 8 + shift).mul(x));
                at += TileKernel.WORDS;
                p += 2;
            }
            a0.intoArray(sums, s);
            a1.intoArray(sums, s + NEXT_SUM);
            s += 2 * ROWS;
        }
    }

    @Override
    public void unpack(MemorySegment tile, long codes, int columns, short[] panel) {
        int runs = columns / (2 * RUN);
        for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
            unpack(tile, codes + 4L * lane, runs, panel, 2 * lane);
        }
    }

    private static void unpack(MemorySegment tile, long at, int runs, short[] panel, int to) {
        for (int r = 0; r < runs; r++) {
            int high = to + RUN_PAIRS * 2 * ROWS;
            for (int i = 0; i < RUN; i += 4) {
                ShortVector w = ShortVector.fromMemorySegment(Lanes.SHORT, tile, at, LE);
                code(w, 0).intoArray(panel, to);
                code(w, 8).intoArray(panel, to + 2 * ROWS);
                code(w, 4).intoArray(panel, high);
                code(w, 12).intoArray(panel, high + 2 * ROWS);
                at += TileKernel.WORDS;
                to += 4 * ROWS;
                high += 4 * ROWS;
            }
            to += RUN_PAIRS * 2 * ROWS;
        }
    }

    /** Activations of two columns for all lanes. */
    private static ShortVector pair(int[] pairs, int at) {
        return IntVector.broadcast(Lanes.INT, pairs[at]).reinterpretAsShorts();
    }

    /** The four bits above a constant {@code shift}, which is worth the cases. */
    private static ShortVector code(ShortVector words, int shift) {
        return switch (shift) {
            case 0 -> words.and(MASK);
            case 12 -> words.lanewise(VectorOperators.LSHR, (short) 12);
            default -> shifted(words, shift);
        };
    }

    private static ShortVector shifted(ShortVector words, int shift) {
        return words.lanewise(VectorOperators.LSHR, (short) shift).and(MASK);
    }
}
