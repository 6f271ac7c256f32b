package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/**
 * The kernel of a dtype whose values share scales within a block: its layout, and loops made for it.
 *
 * <p>Scales are decoded {@value #PIECE} columns ahead, so that they stay in the first-level cache.
 */
final class BlockKernel implements TileKernel {
    private static final int PIECE = 512;

    private final BlockLayout layout;
    private final Loops loops;

    /** What {@link BlockLoops} makes of a dtype; columns are multiples of those that share a scale. */
    interface Loops {
        /**
         * Adds the products of columns {@code from} to {@code to} with x to out.
         *
         * @param codes where the tile's codes begin
         * @param d factors (scales, 32), those of column {@code from} first
         * @param m summands, as d
         * @param x (columns)
         * @param out (32)
         */
        void product(MemorySegment tile, long codes, int from, int to, float[] d, float[] m, float[] x, float[] out);

        /** Decodes columns {@code from} to {@code to} to (to - from, 32) in {@code panel}. */
        void unpack(MemorySegment tile, long codes, int from, int to, float[] d, float[] m, float[] panel);
    }

    BlockKernel(BlockLayout layout) {
        this.layout = layout;
        this.loops = loops(layout);
    }

    /** A class of its own, from the bytes of {@link BlockLoops}. */
    private static Loops loops(BlockLayout layout) {
        try (InputStream template = BlockLoops.class.getResourceAsStream("BlockLoops.class")) {
            return (Loops) MethodHandles.lookup()
                    .defineHiddenClassWithClassData(template.readAllBytes(), layout, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The layout that a class was made for. */
    static BlockLayout layoutOf(MethodHandles.Lookup lookup) {
        try {
            return MethodHandles.classData(lookup, "_", BlockLayout.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
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
        WorkSpace work = WorkSpace.ofThread();
        int share = layout.scales().columns();
        float[] d = work.factors(PIECE / share * ROWS);
        float[] m = work.summands(PIECE / share * ROWS);
        long codes = offset + layout.scalesSize(columns);
        for (int from = 0; from < columns; from += PIECE) {
            int to = Math.min(columns, from + PIECE);
            layout.scales().decode(tile, offset, from / share, to / share, d, m);
            loops.product(tile, codes, from, to, d, m, x, out);
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        WorkSpace work = WorkSpace.ofThread();
        int share = layout.scales().columns();
        float[] d = work.factors((to - from) / share * ROWS);
        float[] m = work.summands((to - from) / share * ROWS);
        layout.scales().decode(tile, offset, from / share, to / share, d, m);
        loops.unpack(tile, offset + layout.scalesSize(columns), from, to, d, m, panel);
    }
}
