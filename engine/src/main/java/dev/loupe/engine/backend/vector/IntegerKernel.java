package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Products of a dtype's integer codes with activations in signed bytes. */
final class IntegerKernel {
    private static final int ROWS = TileKernel.ROWS;

    private final BlockLayout layout;
    private final Dots low;
    private final Dots high;

    /** Dot products of the codes of a tile in one plane. */
    interface Dots {
        /**
         * @param codes where the piece's codes begin
         * @param columns of the piece
         * @param pairs as {@link QuantizedTokens#pairs()}, those of the first column at {@code pairsAt}
         * @param dots (scales, 32), written or, by planes of higher bits, added to
         */
        void dots(MemorySegment tile, long codes, int columns, int[] pairs, int pairsAt, int[] dots);
    }

    /**
     * What {@link PlaneDots} makes a class of.
     *
     * @param columns of a block
     * @param share columns that share a scale
     * @param size bytes of a tile's block
     * @param weight what a code of this plane counts: 1 for the lowest
     */
    record PlaneOfBlock(Plane plane, boolean signed, int columns, int share, long size, int weight) {}

    IntegerKernel(BlockLayout layout) {
        this.layout = layout;
        low = dots(layout.low(), 1);
        high = layout.high().bits() == 0
                ? null
                : dots(layout.high(), 1 << layout.low().bits());
    }

    private Dots dots(Plane plane, int weight) {
        boolean signed = layout.values() instanceof CodeValues.Integers(boolean s) && s;
        var of = new PlaneOfBlock(
                plane, signed, layout.dtype().blockElements(), layout.scales().columns(), layout.codesSize(), weight);
        return Template.of("PlaneDots", of, Dots.class);
    }

    /**
     * Products of a tile's rows with tokens.
     *
     * @param x (tokens, columns)
     * @param out (tokens, 32)
     */
    void product(MemorySegment tile, long offset, int columns, QuantizedTokens x, int tokens, float[] out) {
        Arrays.fill(out, 0, tokens * ROWS, 0f);
        int piece = BlockLayout.piece(columns);
        long at = offset;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            piece(tile, at, first, width, x, tokens, out);
            at += layout.pieceBytes(width);
        }
    }

    private void piece(
            MemorySegment tile, long offset, int first, int width, QuantizedTokens x, int tokens, float[] out) {
        Factors factors = WorkSpace.ofThread().factors().decode(layout.scales(), tile, offset, 0, width);
        int share = layout.scales().columns();
        int[] dots = WorkSpace.ofThread().dots(width / share * ROWS);
        long codes = offset + layout.scalesSize(width);
        for (int t = 0; t < tokens; t++) {
            int pairsAt = x.pairsAt(t) + first / 2;
            low.dots(tile, codes, width, x.pairs(), pairsAt, dots);
            if (high != null) {
                high.dots(tile, codes, width, x.pairs(), pairsAt, dots);
            }
            int at = x.at(t, share) + first / share;
            scale(dots, factors, width / share, x.scales(share), x.sums(share), at, out, t * ROWS);
        }
    }

    private static void scale(
            int[] dots, Factors factors, int count, float[] scales, float[] sums, int x, float[] out, int outAt) {
        float[] d = factors.d();
        float[] m = factors.m();
        for (int lane = 0; lane < ROWS; lane += 2 * Lanes.COUNT) {
            int next = lane + Lanes.COUNT;
            FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, out, outAt + lane);
            FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, out, outAt + next);
            FloatVector b0 = FloatVector.zero(Lanes.FLOAT);
            FloatVector b1 = FloatVector.zero(Lanes.FLOAT);
            int s = 0;
            for (int i = 0; i < count; i++) {
                FloatVector scale = FloatVector.broadcast(Lanes.FLOAT, scales[x + i]);
                FloatVector sum = FloatVector.broadcast(Lanes.FLOAT, sums[x + i]);
                a0 = floats(dots, s + lane)
                        .fma(FloatVector.fromArray(Lanes.FLOAT, d, s + lane).mul(scale), a0);
                a1 = floats(dots, s + next)
                        .fma(FloatVector.fromArray(Lanes.FLOAT, d, s + next).mul(scale), a1);
                b0 = FloatVector.fromArray(Lanes.FLOAT, m, s + lane).fma(sum, b0);
                b1 = FloatVector.fromArray(Lanes.FLOAT, m, s + next).fma(sum, b1);
                s += ROWS;
            }
            a0.add(b0).intoArray(out, outAt + lane);
            a1.add(b1).intoArray(out, outAt + next);
        }
    }

    private static FloatVector floats(int[] dots, int at) {
        return (FloatVector) IntVector.fromArray(Lanes.INT, dots, at).convert(VectorOperators.I2F, 0);
    }
}
