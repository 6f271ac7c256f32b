package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * What a piece's codes are multiplied with and what is added: scales decoded ahead, in the thread's work space.
 *
 * @param d (scales, 32)
 * @param m as d
 */
record Factors(float[] d, float[] m) {
    /** Those of columns {@code from} to {@code to} of the piece at {@code offset}. */
    static Factors of(BlockScales scales, MemorySegment tile, long offset, int from, int to) {
        WorkSpace work = WorkSpace.ofThread();
        int size = (to - from) / scales.columns() * TileKernel.ROWS;
        var factors = new Factors(work.factors(size), work.summands(size));
        scales.decode(tile, offset, from / scales.columns(), to / scales.columns(), factors.d, factors.m);
        return factors;
    }
}
