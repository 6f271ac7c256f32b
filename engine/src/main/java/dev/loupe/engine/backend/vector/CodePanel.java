package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Dot products of a panel of integer codes, (columns / 2, 32 rows, 2 columns) in 16 bits, with groups of
 * {@value #TOKENS} tokens in signed bytes.
 */
final class CodePanel {
    /** Tokens of a group: more have more vectors than the compiler inlines. */
    static final int TOKENS = 4;

    /** 16-bit sums of a token. */
    static final int SUMS = 2 * TileKernel.ROWS;

    private CodePanel() {}

    /**
     * The columns that share a scale.
     *
     * @param codes the panel's, from {@code at}
     * @param pairs (depth, {@value #TOKENS}), from {@code p}
     * @param starts what the sums of each token begin with, from {@code start}
     * @param sums ({@value #TOKENS}, 32, 2) written from {@code s}
     */
    static void dots(
            short[] codes, int at, int depth, int[] pairs, int p, int[] starts, int start, short[] sums, int s) {
        for (int lane = 0; lane < SUMS; lane += 4 * Lanes.COUNT) {
            four(codes, at + lane, depth, pairs, p, starts, start, sums, s + lane);
        }
    }

    private static void four(
            short[] codes, int at, int depth, int[] pairs, int p, int[] starts, int start, short[] sums, int s) {
        int next = 2 * Lanes.COUNT;
        ShortVector a0 = pair(starts, start);
        ShortVector a1 = pair(starts, start + 1);
        ShortVector a2 = pair(starts, start + 2);
        ShortVector a3 = pair(starts, start + 3);
        ShortVector b0 = a0;
        ShortVector b1 = a1;
        ShortVector b2 = a2;
        ShortVector b3 = a3;
        for (int k = 0; k < depth; k++) {
            ShortVector w0 = ShortVector.fromArray(Lanes.SHORT, codes, at);
            ShortVector w1 = ShortVector.fromArray(Lanes.SHORT, codes, at + next);
            ShortVector x = pair(pairs, p);
            a0 = a0.add(w0.mul(x));
            b0 = b0.add(w1.mul(x));
            x = pair(pairs, p + 1);
            a1 = a1.add(w0.mul(x));
            b1 = b1.add(w1.mul(x));
            x = pair(pairs, p + 2);
            a2 = a2.add(w0.mul(x));
            b2 = b2.add(w1.mul(x));
            x = pair(pairs, p + 3);
            a3 = a3.add(w0.mul(x));
            b3 = b3.add(w1.mul(x));
            at += SUMS;
            p += TOKENS;
        }
        a0.intoArray(sums, s);
        b0.intoArray(sums, s + next);
        a1.intoArray(sums, s + SUMS);
        b1.intoArray(sums, s + SUMS + next);
        a2.intoArray(sums, s + 2 * SUMS);
        b2.intoArray(sums, s + 2 * SUMS + next);
        a3.intoArray(sums, s + 3 * SUMS);
        b3.intoArray(sums, s + 3 * SUMS + next);
    }

    /** Activations of two columns for all lanes. */
    private static ShortVector pair(int[] pairs, int at) {
        return IntVector.broadcast(Lanes.INT, pairs[at]).reinterpretAsShorts();
    }
}
