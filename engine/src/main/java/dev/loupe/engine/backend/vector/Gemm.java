package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Product of tiles with many tokens: a tile is decoded to a panel once, and the panel multiplied with groups of
 * {@value #GROUP} or 8 tokens that were packed side by side.
 *
 * <p>Invariant: each result is summed over columns in order with one fused multiply-add a column, as in
 * {@link TileKernel#product}.
 */
final class Gemm {
    /** Columns of a panel; every dtype's block divides it. */
    static final int DEPTH = 1024;

    /** Tokens of a packed group where they are few. */
    static final int GROUP = 4;

    /** Most tokens that {@link TileKernel#fewTokens} takes. */
    static final int FEW = 4 * GROUP;

    /** Tokens of a packed group where they are many and registers too. */
    private static final int TOKENS = 2 * GROUP;

    private Gemm() {}

    /** Floats that {@link #pack} needs for tokens of {@code columns} values. */
    static int packedSize(int tokens, int columns) {
        return Math.multiplyExact(groups(tokens) * width(tokens), columns);
    }

    static int groups(int tokens) {
        return (tokens + width(tokens) - 1) / width(tokens);
    }

    /** Tokens in each group of so many: 8 where there are enough, unless 16 registers are too few for them. */
    static int width(int tokens) {
        return Lanes.COUNT == 8 || tokens <= FEW ? GROUP : TOKENS;
    }

    /**
     * Packs one group of x (tokens, columns) as (columns, width); tokens that are missing are zero.
     *
     * @param rounded whether as signed bytes stand for them, see {@link RoundedTokens}
     */
    static void pack(MemorySegment x, int tokens, int columns, int group, boolean rounded, float[] packed) {
        int width = width(tokens);
        int first = group * width;
        float[] row = WorkSpace.ofThread().input(columns);
        for (int t = 0; t < width; t++) {
            if (first + t < tokens) {
                MemorySegment.copy(x, ValueLayout.JAVA_FLOAT, 4L * (first + t) * columns, row, 0, columns);
                if (rounded) {
                    RoundedTokens.round(row, columns, ByteBlock.BLOCK, false);
                }
            } else {
                Arrays.fill(row, 0, columns, 0f);
            }
            spread(row, columns, packed, first * columns + t, width);
        }
    }

    private static void spread(float[] row, int columns, float[] packed, int first, int width) {
        int at = first;
        for (int k = 0; k < columns; k++) {
            packed[at] = row[k];
            at += width;
        }
    }

    /**
     * Multiplies one tile with all tokens.
     *
     * @param packed x as packed by {@link #pack}
     * @param out fp32 (tokens, outColumns), written at columns {@code row} to {@code row + rows}
     * @param rows rows of the tile that exist, 1 to 32
     */
    static void tile(
            TileKernel kernel,
            MemorySegment tile,
            long offset,
            int columns,
            Floats packed,
            int tokens,
            MemorySegment out,
            int outColumns,
            int row,
            int rows) {
        WorkSpace work = WorkSpace.ofThread();
        Floats few = work.square();
        float[] square = few.array();
        if (tokens <= FEW) {
            kernel.fewTokens(tile, offset, columns, packed, groups(tokens), few);
            store(square, out, 4L * row, outColumns, tokens, rows);
            return;
        }
        float[] panel = work.panel();
        int width = width(tokens);
        for (int from = 0; from < columns; from += DEPTH) {
            int to = Math.min(columns, from + DEPTH);
            kernel.unpack(tile, offset, columns, from, to, panel);
            for (int first = 0; first < tokens; first += width) {
                int present = Math.min(width, tokens - first);
                long outAt = 4 * ((long) first * outColumns + row);
                if (from == 0) {
                    Arrays.fill(square, 0f);
                } else {
                    load(out, outAt, outColumns, present, rows, square);
                }
                multiply(panel, to - from, packed.array(), first * columns + from * width, width, square, 0);
                store(square, out, outAt, outColumns, present, rows);
            }
        }
    }

    private static void load(MemorySegment out, long outAt, int outColumns, int tokens, int rows, float[] square) {
        for (int t = 0; t < tokens; t++) {
            long at = outAt + 4L * t * outColumns;
            MemorySegment.copy(out, ValueLayout.JAVA_FLOAT, at, square, t * TileKernel.ROWS, rows);
        }
    }

    private static void store(float[] square, MemorySegment out, long outAt, int outColumns, int tokens, int rows) {
        for (int t = 0; t < tokens; t++) {
            long at = outAt + 4L * t * outColumns;
            MemorySegment.copy(square, t * TileKernel.ROWS, out, ValueLayout.JAVA_FLOAT, at, rows);
        }
    }

    /** c (width tokens, 32 rows) += panel (depth, 32 rows) x (depth, width tokens), c and x from {@code o} and xAt. */
    static void multiply(float[] panel, int depth, float[] x, int xAt, int width, float[] c, int o) {
        for (int lane = 0; lane < TileKernel.ROWS; lane += 2 * Lanes.COUNT) {
            if (width == TOKENS) {
                multiply8(panel, lane, depth, x, xAt, c, o + lane);
            } else {
                multiply4(panel, lane, depth, x, xAt, c, o + lane);
            }
        }
    }

    private static void multiply8(float[] panel, int at, int depth, float[] x, int xAt, float[] c, int o) {
        int row = TileKernel.ROWS;
        int next = Lanes.COUNT;
        FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, c, o);
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOAT, c, o + next);
        FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, c, o + row);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOAT, c, o + row + next);
        FloatVector a2 = FloatVector.fromArray(Lanes.FLOAT, c, o + 2 * row);
        FloatVector b2 = FloatVector.fromArray(Lanes.FLOAT, c, o + 2 * row + next);
        FloatVector a3 = FloatVector.fromArray(Lanes.FLOAT, c, o + 3 * row);
        FloatVector b3 = FloatVector.fromArray(Lanes.FLOAT, c, o + 3 * row + next);
        FloatVector a4 = FloatVector.fromArray(Lanes.FLOAT, c, o + 4 * row);
        FloatVector b4 = FloatVector.fromArray(Lanes.FLOAT, c, o + 4 * row + next);
        FloatVector a5 = FloatVector.fromArray(Lanes.FLOAT, c, o + 5 * row);
        FloatVector b5 = FloatVector.fromArray(Lanes.FLOAT, c, o + 5 * row + next);
        FloatVector a6 = FloatVector.fromArray(Lanes.FLOAT, c, o + 6 * row);
        FloatVector b6 = FloatVector.fromArray(Lanes.FLOAT, c, o + 6 * row + next);
        FloatVector a7 = FloatVector.fromArray(Lanes.FLOAT, c, o + 7 * row);
        FloatVector b7 = FloatVector.fromArray(Lanes.FLOAT, c, o + 7 * row + next);
        for (int k = 0; k < depth; k++) {
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOAT, panel, at);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOAT, panel, at + next);
            FloatVector t = FloatVector.broadcast(Lanes.FLOAT, x[xAt]);
            a0 = w0.fma(t, a0);
            b0 = w1.fma(t, b0);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 1]);
            a1 = w0.fma(t, a1);
            b1 = w1.fma(t, b1);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 2]);
            a2 = w0.fma(t, a2);
            b2 = w1.fma(t, b2);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 3]);
            a3 = w0.fma(t, a3);
            b3 = w1.fma(t, b3);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 4]);
            a4 = w0.fma(t, a4);
            b4 = w1.fma(t, b4);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 5]);
            a5 = w0.fma(t, a5);
            b5 = w1.fma(t, b5);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 6]);
            a6 = w0.fma(t, a6);
            b6 = w1.fma(t, b6);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 7]);
            a7 = w0.fma(t, a7);
            b7 = w1.fma(t, b7);
            at += row;
            xAt += TOKENS;
        }
        a0.intoArray(c, o);
        b0.intoArray(c, o + next);
        a1.intoArray(c, o + row);
        b1.intoArray(c, o + row + next);
        a2.intoArray(c, o + 2 * row);
        b2.intoArray(c, o + 2 * row + next);
        a3.intoArray(c, o + 3 * row);
        b3.intoArray(c, o + 3 * row + next);
        a4.intoArray(c, o + 4 * row);
        b4.intoArray(c, o + 4 * row + next);
        a5.intoArray(c, o + 5 * row);
        b5.intoArray(c, o + 5 * row + next);
        a6.intoArray(c, o + 6 * row);
        b6.intoArray(c, o + 6 * row + next);
        a7.intoArray(c, o + 7 * row);
        b7.intoArray(c, o + 7 * row + next);
    }

    private static void multiply4(float[] panel, int at, int depth, float[] x, int xAt, float[] c, int o) {
        int row = TileKernel.ROWS;
        int next = Lanes.COUNT;
        FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, c, o);
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOAT, c, o + next);
        FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, c, o + row);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOAT, c, o + row + next);
        FloatVector a2 = FloatVector.fromArray(Lanes.FLOAT, c, o + 2 * row);
        FloatVector b2 = FloatVector.fromArray(Lanes.FLOAT, c, o + 2 * row + next);
        FloatVector a3 = FloatVector.fromArray(Lanes.FLOAT, c, o + 3 * row);
        FloatVector b3 = FloatVector.fromArray(Lanes.FLOAT, c, o + 3 * row + next);
        for (int k = 0; k < depth; k++) {
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOAT, panel, at);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOAT, panel, at + next);
            FloatVector t = FloatVector.broadcast(Lanes.FLOAT, x[xAt]);
            a0 = w0.fma(t, a0);
            b0 = w1.fma(t, b0);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 1]);
            a1 = w0.fma(t, a1);
            b1 = w1.fma(t, b1);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 2]);
            a2 = w0.fma(t, a2);
            b2 = w1.fma(t, b2);
            t = FloatVector.broadcast(Lanes.FLOAT, x[xAt + 3]);
            a3 = w0.fma(t, a3);
            b3 = w1.fma(t, b3);
            at += row;
            xAt += GROUP;
        }
        a0.intoArray(c, o);
        b0.intoArray(c, o + next);
        a1.intoArray(c, o + row);
        b1.intoArray(c, o + row + next);
        a2.intoArray(c, o + 2 * row);
        b2.intoArray(c, o + 2 * row + next);
        a3.intoArray(c, o + 3 * row);
        b3.intoArray(c, o + 3 * row + next);
    }
}
