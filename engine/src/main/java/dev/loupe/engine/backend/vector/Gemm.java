package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Product of tiles with many tokens: a tile is decoded to a panel once, and the panel multiplied with groups of
 * {@value #TOKENS} tokens that were packed side by side.
 *
 * <p>Invariant: each result is summed over columns in order with one fused multiply-add a column, as in
 * {@link TileKernel#product}.
 */
final class Gemm {
    /** Columns of a panel. */
    static final int DEPTH = 1024;

    /** What the borders of panels are multiples of: every dtype's block divides it. */
    static final int DEPTH_STEP = 256;

    /** Tokens in a packed group. */
    static final int TOKENS = 8;

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Gemm() {}

    /** Bytes that {@link #pack} needs for tokens of {@code columns} values. */
    static long packedBytes(int tokens, int columns) {
        return 4L * groups(tokens) * TOKENS * columns;
    }

    static int groups(int tokens) {
        return (tokens + TOKENS - 1) / TOKENS;
    }

    /** Packs one group of x (tokens, columns) as (columns, {@value #TOKENS}); tokens that are missing are zero. */
    static void pack(MemorySegment x, int tokens, int columns, int group, MemorySegment packed) {
        int first = group * TOKENS;
        int present = Math.min(TOKENS, tokens - first);
        long target = 4L * first * columns;
        for (int t = 0; t < TOKENS; t++) {
            long source = 4L * (first + t) * columns;
            long at = target + 4L * t;
            for (int k = 0; k < columns; k++) {
                packed.set(FLOAT, at, t < present ? x.get(FLOAT, source + 4L * k) : 0f);
                at += 4L * TOKENS;
            }
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
            MemorySegment packed,
            int tokens,
            MemorySegment out,
            int outColumns,
            int row,
            int rows) {
        WorkSpace work = WorkSpace.ofThread();
        MemorySegment panel = work.panel();
        for (int from = 0; from < columns; from += DEPTH) {
            int to = Math.min(columns, from + DEPTH);
            kernel.unpack(tile, offset, columns, from, to, panel);
            for (int group = 0; group < groups(tokens); group++) {
                long x = 4L * TOKENS * ((long) group * columns + from);
                int first = group * TOKENS;
                int present = Math.min(TOKENS, tokens - first);
                long outAt = 4 * ((long) first * outColumns + row);
                if (present == TOKENS && rows == TileKernel.ROWS) {
                    multiply(panel, to - from, packed, x, out, outAt, 4L * outColumns, from > 0);
                } else {
                    MemorySegment square = work.tile();
                    copySquare(out, outAt, 4L * outColumns, square, 0, TileKernel.WORDS, present, rows);
                    multiply(panel, to - from, packed, x, square, 0, TileKernel.WORDS, from > 0);
                    copySquare(square, 0, TileKernel.WORDS, out, outAt, 4L * outColumns, present, rows);
                }
            }
        }
    }

    private static void copySquare(
            MemorySegment from,
            long fromAt,
            long fromStride,
            MemorySegment to,
            long toAt,
            long toStride,
            int tokens,
            int rows) {
        for (int t = 0; t < tokens; t++) {
            MemorySegment.copy(from, fromAt + t * fromStride, to, toAt + t * toStride, 4L * rows);
        }
    }

    /**
     * out (8 tokens, 32 rows, {@code stride} bytes from token to token) = or += panel (depth, 32 rows) x (depth, 8
     * tokens).
     */
    private static void multiply(
            MemorySegment panel,
            int depth,
            MemorySegment x,
            long xAt,
            MemorySegment out,
            long outAt,
            long stride,
            boolean add) {
        for (int lane = 0; lane < TileKernel.WORDS; lane += 8 * Lanes.COUNT) {
            if (Lanes.COUNT == 8) { // 16 registers: half the tokens at a time
                multiply4(panel, lane, depth, x, xAt, out, outAt + lane, stride, add);
                multiply4(panel, lane, depth, x, xAt + 16, out, outAt + lane + 4 * stride, stride, add);
            } else {
                multiply8(panel, lane, depth, x, xAt, out, outAt + lane, stride, add);
            }
        }
    }

    private static void multiply8(
            MemorySegment panel,
            long at,
            int depth,
            MemorySegment x,
            long xAt,
            MemorySegment out,
            long o,
            long stride,
            boolean add) {
        int next = 4 * Lanes.COUNT;
        FloatVector a0 = start(out, o, add);
        FloatVector b0 = start(out, o + next, add);
        FloatVector a1 = start(out, o + stride, add);
        FloatVector b1 = start(out, o + stride + next, add);
        FloatVector a2 = start(out, o + 2 * stride, add);
        FloatVector b2 = start(out, o + 2 * stride + next, add);
        FloatVector a3 = start(out, o + 3 * stride, add);
        FloatVector b3 = start(out, o + 3 * stride + next, add);
        FloatVector a4 = start(out, o + 4 * stride, add);
        FloatVector b4 = start(out, o + 4 * stride + next, add);
        FloatVector a5 = start(out, o + 5 * stride, add);
        FloatVector b5 = start(out, o + 5 * stride + next, add);
        FloatVector a6 = start(out, o + 6 * stride, add);
        FloatVector b6 = start(out, o + 6 * stride + next, add);
        FloatVector a7 = start(out, o + 7 * stride, add);
        FloatVector b7 = start(out, o + 7 * stride + next, add);
        for (int k = 0; k < depth; k++) {
            FloatVector w0 = FloatVector.fromMemorySegment(Lanes.FLOAT, panel, at, LE);
            FloatVector w1 = FloatVector.fromMemorySegment(Lanes.FLOAT, panel, at + next, LE);
            FloatVector t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt));
            a0 = w0.fma(t, a0);
            b0 = w1.fma(t, b0);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 4));
            a1 = w0.fma(t, a1);
            b1 = w1.fma(t, b1);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 8));
            a2 = w0.fma(t, a2);
            b2 = w1.fma(t, b2);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 12));
            a3 = w0.fma(t, a3);
            b3 = w1.fma(t, b3);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 16));
            a4 = w0.fma(t, a4);
            b4 = w1.fma(t, b4);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 20));
            a5 = w0.fma(t, a5);
            b5 = w1.fma(t, b5);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 24));
            a6 = w0.fma(t, a6);
            b6 = w1.fma(t, b6);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 28));
            a7 = w0.fma(t, a7);
            b7 = w1.fma(t, b7);
            at += TileKernel.WORDS;
            xAt += 4 * TOKENS;
        }
        a0.intoMemorySegment(out, o, LE);
        b0.intoMemorySegment(out, o + next, LE);
        a1.intoMemorySegment(out, o + stride, LE);
        b1.intoMemorySegment(out, o + stride + next, LE);
        a2.intoMemorySegment(out, o + 2 * stride, LE);
        b2.intoMemorySegment(out, o + 2 * stride + next, LE);
        a3.intoMemorySegment(out, o + 3 * stride, LE);
        b3.intoMemorySegment(out, o + 3 * stride + next, LE);
        a4.intoMemorySegment(out, o + 4 * stride, LE);
        b4.intoMemorySegment(out, o + 4 * stride + next, LE);
        a5.intoMemorySegment(out, o + 5 * stride, LE);
        b5.intoMemorySegment(out, o + 5 * stride + next, LE);
        a6.intoMemorySegment(out, o + 6 * stride, LE);
        b6.intoMemorySegment(out, o + 6 * stride + next, LE);
        a7.intoMemorySegment(out, o + 7 * stride, LE);
        b7.intoMemorySegment(out, o + 7 * stride + next, LE);
    }

    private static void multiply4(
            MemorySegment panel,
            long at,
            int depth,
            MemorySegment x,
            long xAt,
            MemorySegment out,
            long o,
            long stride,
            boolean add) {
        int next = 4 * Lanes.COUNT;
        FloatVector a0 = start(out, o, add);
        FloatVector b0 = start(out, o + next, add);
        FloatVector a1 = start(out, o + stride, add);
        FloatVector b1 = start(out, o + stride + next, add);
        FloatVector a2 = start(out, o + 2 * stride, add);
        FloatVector b2 = start(out, o + 2 * stride + next, add);
        FloatVector a3 = start(out, o + 3 * stride, add);
        FloatVector b3 = start(out, o + 3 * stride + next, add);
        for (int k = 0; k < depth; k++) {
            FloatVector w0 = FloatVector.fromMemorySegment(Lanes.FLOAT, panel, at, LE);
            FloatVector w1 = FloatVector.fromMemorySegment(Lanes.FLOAT, panel, at + next, LE);
            FloatVector t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt));
            a0 = w0.fma(t, a0);
            b0 = w1.fma(t, b0);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 4));
            a1 = w0.fma(t, a1);
            b1 = w1.fma(t, b1);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 8));
            a2 = w0.fma(t, a2);
            b2 = w1.fma(t, b2);
            t = FloatVector.broadcast(Lanes.FLOAT, x.get(FLOAT, xAt + 12));
            a3 = w0.fma(t, a3);
            b3 = w1.fma(t, b3);
            at += TileKernel.WORDS;
            xAt += 4 * TOKENS;
        }
        a0.intoMemorySegment(out, o, LE);
        b0.intoMemorySegment(out, o + next, LE);
        a1.intoMemorySegment(out, o + stride, LE);
        b1.intoMemorySegment(out, o + stride + next, LE);
        a2.intoMemorySegment(out, o + 2 * stride, LE);
        b2.intoMemorySegment(out, o + 2 * stride + next, LE);
        a3.intoMemorySegment(out, o + 3 * stride, LE);
        b3.intoMemorySegment(out, o + 3 * stride + next, LE);
    }

    private static FloatVector start(MemorySegment out, long at, boolean add) {
        return add ? FloatVector.fromMemorySegment(Lanes.FLOAT, out, at, LE) : FloatVector.zero(Lanes.FLOAT);
    }
}
