package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * The kernel of a dtype whose values share scales within a block: its layout, and loops made for it.
 *
 * <p>Scales are decoded a piece of the tile ahead, so that they stay in the first-level cache.
 */
final class BlockKernel implements TileKernel {
    private final BlockLayout layout;
    private final Loops loops;
    private final Optional<IntegerKernel> integers;

    /** What {@link BlockLoops} makes of a dtype; columns are multiples of those that share a scale. */
    interface Loops {
        /**
         * Adds the products of columns {@code from} to {@code to} of a piece with x to out.
         *
         * @param codes where the piece's codes begin
         * @param d factors (scales, 32), those of column {@code from} first
         * @param m summands, as d
         * @param x from {@code xAt}, that of column {@code from} first
         * @param out (32)
         */
        void product(
                MemorySegment tile,
                long codes,
                int from,
                int to,
                float[] d,
                float[] m,
                float[] x,
                int xAt,
                float[] out);

        /** Decodes columns {@code from} to {@code to} of a piece to (to - from, 32) in {@code panel}. */
        void unpack(MemorySegment tile, long codes, int from, int to, float[] d, float[] m, float[] panel, int panelAt);
    }

    BlockKernel(BlockLayout layout) {
        this.layout = layout;
        this.loops = Template.of("BlockLoops", layout, Loops.class);
        this.integers = layout.values() instanceof CodeValues.Integers
                ? Optional.of(new IntegerKernel(layout))
                : Optional.empty();
    }

    @Override
    public DType dtype() {
        return layout.dtype();
    }

    @Override
    public long tileBytes(int columns) {
        return layout.tileBytes(columns);
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        layout.pack(source, rows, columns, tile, offset);
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        if (layout.throughPanel()) {
            TileKernel.super.product(tile, offset, columns, x, out);
            return;
        }
        Arrays.fill(out, 0, ROWS, 0f);
        int piece = BlockLayout.piece(columns);
        long at = offset;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            Factors factors = WorkSpace.ofThread().factors().decode(layout.scales(), tile, at, 0, width);
            loops.product(tile, at + layout.scalesSize(width), 0, width, factors.d(), factors.m(), x, first, out);
            at += layout.pieceBytes(width);
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        int piece = BlockLayout.piece(columns);
        int next;
        for (int column = from; column < to; column = next) {
            int first = column / piece * piece;
            int width = Math.min(piece, columns - first);
            next = Math.min(to, first + width);
            long at = offset + first / piece * layout.pieceBytes(piece);
            Factors factors =
                    WorkSpace.ofThread().factors().decode(layout.scales(), tile, at, column - first, next - first);
            long codes = at + layout.scalesSize(width);
            int panelAt = (column - from) * ROWS;
            loops.unpack(tile, codes, column - first, next - first, factors.d(), factors.m(), panel, panelAt);
        }
    }

    @Override
    public Optional<IntegerKernel> integers() {
        return integers;
    }
}
