package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.Optional;

/**
 * The kernel of a dtype whose values share scales within a block: a template, for the reasons that {@link BlockLoops}
 * gives.
 *
 * <p>Scales are decoded a piece of the tile ahead, so that they stay in the first-level cache.
 */
final class BlockKernel implements TileKernel {
    private static final BlockLayout LAYOUT = Template.data(MethodHandles.lookup(), BlockLayout.class);
    private static final BlockScales SCALES = LAYOUT.scales();
    private static final Loops LOOPS = Template.of("BlockLoops", LAYOUT.name(), LAYOUT, Loops.class);
    private static final Optional<IntegerProducts> INTEGERS = integers(LAYOUT);

    /** Columns between two calls of {@link Prefetch}. */
    private static final int STEP = Math.max(64, SCALES.columns());

    private static final long STEP_BYTES =
            STEP * LAYOUT.codesSize() / LAYOUT.dtype().blockElements();

    /** What {@link BlockLoops} makes of a dtype; columns are multiples of those that share a scale. */
    interface Loops {
        /**
         * Adds the products of columns {@code from} to {@code to} of a piece with x to out.
         *
         * @param codes where the piece's codes begin
         * @param d factors (scales, 32), those of column {@code from} at {@code s}
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
                int s,
                float[] x,
                int xAt,
                float[] out);

        /** Decodes columns {@code from} to {@code to} of a piece to (to - from, 32) in {@code panel}. */
        void unpack(MemorySegment tile, long codes, int from, int to, float[] d, float[] m, float[] panel, int panelAt);
    }

    private static Optional<IntegerProducts> integers(BlockLayout layout) {
        if (VnniKernel.used() && VnniKernel.serves(layout)) {
            return Optional.of(new VnniKernel(layout));
        }
        return layout.nibbles()
                ? Optional.of(Template.of("IntegerKernel", layout.name(), layout, IntegerProducts.class))
                : Optional.empty();
    }

    @Override
    public DType dtype() {
        return LAYOUT.dtype();
    }

    @Override
    public long tileBytes(int columns) {
        return LAYOUT.tileBytes(columns);
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        LAYOUT.pack(source, rows, columns, tile, offset);
    }

    @Override
    public void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        if (LAYOUT.throughPanel()) {
            TileKernel.super.product(tile, offset, columns, x, out);
            return;
        }
        Arrays.fill(out, 0, ROWS, 0f);
        int piece = BlockLayout.piece(columns);
        long at = offset;
        for (int first = 0; first < columns; first += piece) {
            int width = Math.min(piece, columns - first);
            Factors factors = factors(tile, at, 0, width);
            product(tile, at + LAYOUT.scalesSize(width), width, factors, x, first, out);
            at += LAYOUT.pieceBytes(width);
        }
    }

    private static void product(
            MemorySegment tile, long codes, int width, Factors factors, float[] x, int xAt, float[] out) {
        int step = Prefetch.used() ? STEP : width;
        int s = 0;
        long soon = codes + Prefetch.DISTANCE;
        for (int from = 0; from < width; from += step) {
            Prefetch.fetch(tile, soon, STEP_BYTES);
            int to = Math.min(width, from + step);
            LOOPS.product(tile, codes, from, to, factors.d(), factors.m(), s, x, xAt + from, out);
            s += step / SCALES.columns() * ROWS;
            soon += STEP_BYTES;
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
            long at = offset + first / piece * LAYOUT.pieceBytes(piece);
            Factors factors = factors(tile, at, column - first, next - first);
            long codes = at + LAYOUT.scalesSize(width);
            int panelAt = (column - from) * ROWS;
            LOOPS.unpack(tile, codes, column - first, next - first, factors.d(), factors.m(), panel, panelAt);
        }
    }

    /** The scales of columns {@code from} to {@code to} of the piece at {@code offset}. */
    private static Factors factors(MemorySegment tile, long offset, int from, int to) {
        int first = from / SCALES.columns();
        int end = to / SCALES.columns();
        Factors factors = WorkSpace.ofThread().factors().room(end - first);
        SCALES.decode(tile, offset, first, end, factors.d(), factors.m());
        return factors;
    }

    @Override
    public Optional<IntegerProducts> integers() {
        return INTEGERS;
    }
}
