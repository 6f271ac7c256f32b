package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;

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

    /** Whether it decodes block by block, without vectors. */
    default boolean slow() {
        return false;
    }

    /** Bytes of a tile. */
    long tileBytes(int columns);

    /**
     * Lays out rows as a tile; rows that are missing stay zero.
     *
     * @param source {@code rows} rows of this dtype's blocks, one after the other
     * @param rows 1 to {@value #ROWS}
     * @param tile zeroed, written from {@code offset}
     */
    void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset);

    /**
     * Products of the tile's rows with one vector.
     *
     * @param x fp32 (columns), from {@code xOffset}
     * @param out fp32 ({@value #ROWS}), from {@code outOffset}
     */
    void product(
            MemorySegment tile,
            long offset,
            int columns,
            MemorySegment x,
            long xOffset,
            MemorySegment out,
            long outOffset);

    /**
     * Decodes columns {@code from} (inclusive) to {@code to} (exclusive), both multiples of {@link Gemm#DEPTH_STEP} or
     * the end, to fp32 (to - from, {@value #ROWS}) in {@code panel}.
     */
    void unpack(MemorySegment tile, long offset, int columns, int from, int to, MemorySegment panel);
}
