package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of codes of four bits with activations in signed bytes: a template, for the reasons that {@link BlockLoops}
 * gives. For codes of other widths products of floats are quicker.
 */
final class IntegerKernel implements IntegerProducts {
    private static final int ROWS = TileKernel.ROWS;
    private static final BlockLayout LAYOUT = Template.data(MethodHandles.lookup(), BlockLayout.class);
    private static final BlockScales SCALES = LAYOUT.scales();
    private static final int SHARE = SCALES.columns();
    private static final Dots DOTS = Template.of("NibbleDots", LAYOUT, Dots.class);

    /** Dot products of the codes of a tile. */
    interface Dots {
        /**
         * @param codes where the piece's codes begin
         * @param columns of the piece
         * @param pairs as {@link QuantizedTokens#pairs()}, those of the first column at {@code pairsAt}
         * @param dots (scales, 32), written
         */
        void dots(MemorySegment tile, long codes, int columns, int[] pairs, int pairsAt, int[] dots);
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, QuantizedTokens x, int tokens, float[] out) {
        Arrays.fill(out, 0, tokens * ROWS, 0f);
        int piece = BlockLayout.piece(columns);
        long at = offset;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            piece(tile, at, first, width, x, tokens, out);
            at += LAYOUT.pieceBytes(width);
        }
    }

    private static void piece(
            MemorySegment tile, long offset, int first, int width, QuantizedTokens x, int tokens, float[] out) {
        int count = width / SHARE;
        Factors factors = WorkSpace.ofThread().factors().room(count);
        SCALES.decode(tile, offset, 0, count, factors.d(), factors.m());
        int[] dots = WorkSpace.ofThread().dots(count * ROWS);
        long codes = offset + LAYOUT.scalesSize(width);
        for (int t = 0; t < tokens; t++) {
            int pairsAt = x.pairsAt(t) + first / 2;
            DOTS.dots(tile, codes, width, x.pairs(), pairsAt, dots);
            int at = x.at(t, SHARE) + first / SHARE;
            scale(dots, factors, count, x.scales(SHARE), x.sums(SHARE), at, out, t * ROWS);
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
