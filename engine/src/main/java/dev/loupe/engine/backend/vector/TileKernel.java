package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * How {@value #ROWS} rows of one dtype lie in a tile, and the kernels that read it: lanes are rows.
 *
 * <p>A tile is made of 32-bit words, {@value #ROWS} of them (one a row) side by side; so every kernel works at every
 * vector width. Invariant: each result is the sum over columns in order, one fused multiply-add a column, whether by
 * {@link #product} or by {@link #unpack} and {@link Gemm}; so a batch gives the bits that single tokens give.
 */
interface TileKernel {
    /** Rows of a tile. */
    int ROWS = 32;

    /** Bytes of {@value #ROWS} words. */
    int WORDS = 4 * ROWS;

    /** What it reads. */
    DType dtype();

    /** Bytes of a tile. */
    long tileBytes(int columns);

    /** Whether rows can be packed; otherwise {@link #wide} packs them, and all others of their matrix. */
    default boolean holds(MemorySegment source, int rows, int columns) {
        return true;
    }

    /** The kernel for matrices that this one does not hold: as many bytes, slower. */
    default TileKernel wide() {
        return this;
    }

    /**
     * Lays out rows that it {@link #holds} as a tile; rows that are missing stay zero.
     *
     * @param source {@code rows} rows of this dtype's blocks, one after the other
     * @param rows 1 to {@value #ROWS}
     * @param tile zeroed, written from {@code offset}
     */
    void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset);

    /**
     * Products of the tile's rows with one vector; unless a kernel does better, by panels small enough for the cache.
     *
     * <p>Vectors and panels lie in the heap: the compiler makes much less code of it than of native memory, and gives
     * up on kernels that are too large.
     *
     * @param x (columns)
     * @param out ({@value #ROWS})
     */
    default void product(MemorySegment tile, long offset, int columns, float[] x, float[] out) {
        float[] panel = WorkSpace.ofThread().panel();
        int step = Math.max(Panel.CACHED_COLUMNS, dtype().blockElements());
        Arrays.fill(out, 0, ROWS, 0f);
        for (int from = 0; from < columns; from += step) {
            int to = Math.min(columns, from + step);
            unpack(tile, offset, columns, from, to, panel);
            Panel.product(panel, to - from, x, from, out);
        }
    }

    /**
     * Products with few tokens; unless a kernel does better, by panels small enough for the cache, which all tokens
     * share. What verifying a draft or a small batch costs beyond a single token is the multiplications alone.
     *
     * @param packed x in {@code groups} groups of {@value Gemm#GROUP} tokens, as {@link Gemm#pack} lays them out
     * @param out (groups * {@value Gemm#GROUP}, {@value #ROWS})
     */
    default void fewTokens(MemorySegment tile, long offset, int columns, Floats packed, int groups, Floats out) {
        float[] panel = WorkSpace.ofThread().panel();
        int step = Math.max(Panel.CACHED_COLUMNS, dtype().blockElements());
        Arrays.fill(out.array(), 0, groups * Gemm.GROUP * ROWS, 0f);
        for (int from = 0; from < columns; from += step) {
            int to = Math.min(columns, from + step);
            unpack(tile, offset, columns, from, to, panel);
            for (int g = 0; g < groups; g++) {
                int x = (g * columns + from) * Gemm.GROUP;
                Gemm.multiply(panel, to - from, packed.array(), x, Gemm.GROUP, out.array(), g * Gemm.GROUP * ROWS);
            }
        }
    }

    /**
     * Decodes columns {@code from} (inclusive) to {@code to} (exclusive), both multiples of the block or the end, to
     * (to - from, {@value #ROWS}) in {@code panel}.
     */
    void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel);

    /**
     * Decodes one row, which an embedding needs; unless a kernel does better, by way of all rows.
     *
     * @param row of the tile, 0 to {@value #ROWS} - 1
     * @param out (columns)
     */
    default void row(MemorySegment tile, long offset, int columns, int row, float[] out) {
        float[] panel = WorkSpace.ofThread().panel();
        for (int from = 0; from < columns; from += Gemm.DEPTH) {
            int to = Math.min(columns, from + Gemm.DEPTH);
            unpack(tile, offset, columns, from, to, panel);
            for (int k = from, at = row; k < to; k++, at += ROWS) {
                out[k] = panel[at];
            }
        }
    }

    /** Products with activations in signed bytes, where codes are integers. */
    default Optional<IntegerProducts> integers() {
        return Optional.empty();
    }
}
