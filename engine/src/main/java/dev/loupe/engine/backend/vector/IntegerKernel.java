package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of codes of four bits with activations in signed bytes: a template, for the reasons that {@link BlockLoops}
 * gives. For codes of other widths products of floats are quicker.
 *
 * <p>Codes count from their middle: value = (code - 8) * d + (m + 8 * d), so the products of the columns that share a
 * scale fit in 16 bits, in two lanes. Invariant: their sums are exact, and scaled in one order; so a token's bits do
 * not depend on the others.
 */
final class IntegerKernel implements IntegerProducts {
    private static final int ROWS = TileKernel.ROWS;
    private static final BlockLayout LAYOUT = Template.data(MethodHandles.lookup(), BlockLayout.class);
    private static final BlockScales SCALES = LAYOUT.scales();
    private static final int SHARE = SCALES.columns();

    /** Columns between two calls of {@link Prefetch}, at least those of a run of both halves of bytes. */
    private static final int STEP = Math.max(64, 2 * LAYOUT.low().run());

    private static final long STEP_BYTES = STEP / 8 * TileKernel.WORDS;

    /** Whether the middle of the codes stands for 0. */
    private static final boolean SYMMETRIC = SCALES instanceof BlockScales.Half;

    private static final Dots DOTS = Template.of("NibbleDots", LAYOUT.name(), LAYOUT, Dots.class);

    /** The codes of a tile. */
    interface Dots {
        /**
         * Dot products with one token.
         *
         * @param codes where the piece's codes begin
         * @param columns of the piece
         * @param pairs as {@link TokenPairs#pairs()} of one token, those of the first column at {@code p}
         * @param starts as {@link TokenPairs#starts()}, that of the first column at {@code start}
         * @param sums (scales, 32, 2), written from {@code s}: a dot product is the sum of two neighbours
         */
        void dots(
                MemorySegment tile,
                long codes,
                int columns,
                int[] pairs,
                int p,
                int[] starts,
                int start,
                short[] sums,
                int s);

        /**
         * The codes themselves.
         *
         * @param panel (columns / 2, 32, 2), written: the columns of each of {@link TokenPairs#pairs()}
         */
        void unpack(MemorySegment tile, long codes, int columns, short[] panel);
    }

    @Override
    public void product(
            MemorySegment tile, long offset, int columns, IntegerTokens tokenPairs, int tokens, Floats products) {
        var x = (TokenPairs) tokenPairs;
        float[] out = products.array();
        Arrays.fill(out, 0, tokens * ROWS, 0f);
        int piece = BlockLayout.piece(columns);
        long at = offset;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            Factors factors = factors(tile, at, width / SHARE);
            long codes = at + LAYOUT.scalesSize(width);
            if (x.width() == 1) {
                few(tile, codes, first, width, factors, x, tokens, out);
            } else {
                many(tile, codes, first, width, factors, x, tokens, out);
            }
            at += LAYOUT.pieceBytes(width);
        }
    }

    private static Factors factors(MemorySegment tile, long offset, int count) {
        Factors factors = WorkSpace.ofThread().factors().room(count);
        if (SYMMETRIC) {
            BlockScales.Half.factors(tile, offset, 0, count, factors.d());
        } else {
            SCALES.decode(tile, offset, 0, count, factors.d(), factors.m());
            float[] d = factors.d();
            float[] m = factors.m();
            for (int i = 0; i < count * ROWS; i++) {
                m[i] += 8 * d[i];
            }
        }
        return factors;
    }

    /** Token by token. */
    private static void few(
            MemorySegment tile,
            long codes,
            int first,
            int width,
            Factors factors,
            TokenPairs x,
            int tokens,
            float[] out) {
        int count = width / SHARE;
        short[] sums = WorkSpace.ofThread().sums(count * CodePanel.SUMS);
        for (int t = 0; t < tokens; t++) {
            int at = x.scalesAt(t) + first / SHARE;
            int pairs = x.pairsAt(t) + first / 2;
            if (t == 0 && Prefetch.used()) {
                soon(tile, codes, width, x, pairs, at, sums);
            } else {
                DOTS.dots(tile, codes, width, x.pairs(), pairs, x.starts(), at, sums, 0);
            }
            scale(sums, 0, CodePanel.SUMS, factors, count, x, at, 1, out, t * ROWS);
        }
    }

    /** As {@link Dots#dots}, of codes that are not in the cache yet. */
    private static void soon(
            MemorySegment tile, long codes, int width, TokenPairs x, int pairs, int start, short[] sums) {
        long at = codes;
        for (int from = 0; from < width; from += STEP) {
            Prefetch.fetch(tile, at + Prefetch.DISTANCE, STEP_BYTES);
            int columns = Math.min(STEP, width - from);
            int scale = from / SHARE;
            DOTS.dots(
                    tile,
                    at,
                    columns,
                    x.pairs(),
                    pairs + from / 2,
                    x.starts(),
                    start + scale,
                    sums,
                    scale * CodePanel.SUMS);
            at += STEP_BYTES;
        }
    }

    /** Codes to a panel once, then group by group. */
    private static void many(
            MemorySegment tile,
            long codes,
            int first,
            int width,
            Factors factors,
            TokenPairs x,
            int tokens,
            float[] out) {
        int count = width / SHARE;
        short[] panel = WorkSpace.ofThread().codes(width * ROWS);
        DOTS.unpack(tile, codes, width, panel);
        int step = CodePanel.TOKENS * CodePanel.SUMS;
        short[] sums = WorkSpace.ofThread().sums(count * step);
        for (int t = 0; t < tokens; t += CodePanel.TOKENS) {
            int pairs = x.pairsAt(t) + first / 2 * CodePanel.TOKENS;
            int scales = x.scalesAt(t) + first / SHARE * CodePanel.TOKENS;
            group(panel, count, x, pairs, scales, sums);
            for (int i = 0; i < CodePanel.TOKENS && t + i < tokens; i++) {
                int at = i * CodePanel.SUMS;
                scale(sums, at, step, factors, count, x, scales + i, CodePanel.TOKENS, out, (t + i) * ROWS);
            }
        }
    }

    private static void group(short[] panel, int count, TokenPairs x, int pairs, int scales, short[] sums) {
        int depth = SHARE / 2;
        int p = pairs;
        int start = scales;
        int at = 0;
        int s = 0;
        for (int i = 0; i < count; i++) {
            CodePanel.dots(panel, at, depth, x.pairs(), p, x.starts(), start, sums, s);
            at += depth * CodePanel.SUMS;
            p += depth * CodePanel.TOKENS;
            start += CodePanel.TOKENS;
            s += CodePanel.TOKENS * CodePanel.SUMS;
        }
    }

    /**
     * Adds a token's products.
     *
     * @param dots from {@code from}, those of a scale {@code step} after those of the one before
     * @param at of x's scales, each {@code width} after the one before
     */
    private static void scale(
            short[] dots,
            int from,
            int step,
            Factors factors,
            int count,
            TokenPairs x,
            int at,
            int width,
            float[] out,
            int outAt) {
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            scaled(dots, from + 2 * lane, step, factors.d(), lane, count, x.scales(), at, width, out, outAt + lane);
            if (!SYMMETRIC) {
                summands(factors.m(), lane, count, x.sums(), at, width, out, outAt + lane);
            }
        }
    }

    private static void scaled(
            short[] dots,
            int from,
            int step,
            float[] d,
            int lane,
            int count,
            float[] scales,
            int at,
            int width,
            float[] out,
            int outAt) {
        FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, out, outAt);
        FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, out, outAt + Lanes.COUNT);
        int s = lane;
        int dot = from;
        int x = at;
        for (int i = 0; i < count; i++) {
            FloatVector scale = FloatVector.broadcast(Lanes.FLOAT, scales[x]);
            FloatVector d0 = FloatVector.fromArray(Lanes.FLOAT, d, s).mul(scale);
            FloatVector d1 =
                    FloatVector.fromArray(Lanes.FLOAT, d, s + Lanes.COUNT).mul(scale);
            a0 = floats(dots, dot).fma(d0, a0);
            a1 = floats(dots, dot + 2 * Lanes.COUNT).fma(d1, a1);
            s += ROWS;
            dot += step;
            x += width;
        }
        a0.intoArray(out, outAt);
        a1.intoArray(out, outAt + Lanes.COUNT);
    }

    private static void summands(
            float[] m, int lane, int count, float[] sums, int at, int width, float[] out, int outAt) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOAT);
        FloatVector a1 = FloatVector.zero(Lanes.FLOAT);
        int s = lane;
        int x = at;
        for (int i = 0; i < count; i++) {
            FloatVector sum = FloatVector.broadcast(Lanes.FLOAT, sums[x]);
            a0 = FloatVector.fromArray(Lanes.FLOAT, m, s).fma(sum, a0);
            a1 = FloatVector.fromArray(Lanes.FLOAT, m, s + Lanes.COUNT).fma(sum, a1);
            s += ROWS;
            x += width;
        }
        a0.add(FloatVector.fromArray(Lanes.FLOAT, out, outAt)).intoArray(out, outAt);
        a1.add(FloatVector.fromArray(Lanes.FLOAT, out, outAt + Lanes.COUNT)).intoArray(out, outAt + Lanes.COUNT);
    }

    /** Sums of neighbours. */
    private static FloatVector floats(short[] sums, int at) {
        IntVector pairs = ShortVector.fromArray(Lanes.SHORT, sums, at).reinterpretAsInts();
        IntVector sum = pairs.add(pairs.lanewise(VectorOperators.LSHL, 16)).lanewise(VectorOperators.ASHR, 16);
        return (FloatVector) sum.convert(VectorOperators.I2F, 0);
    }
}
