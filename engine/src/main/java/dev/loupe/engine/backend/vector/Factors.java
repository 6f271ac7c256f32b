package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/** What a piece's codes are multiplied with, and what is added: a thread's room for scales decoded ahead. */
final class Factors {
    private float[] d = {};
    private float[] m = {};

    /** Decodes those of columns {@code from} to {@code to} of the piece at {@code offset}; returns this. */
    Factors decode(BlockScales scales, MemorySegment tile, long offset, int from, int to) {
        int size = (to - from) / scales.columns() * TileKernel.ROWS;
        if (d.length < size) {
            d = new float[size];
            m = new float[size];
        }
        scales.decode(tile, offset, from / scales.columns(), to / scales.columns(), d, m);
        return this;
    }

    /** (scales, 32). */
    float[] d() {
        return d;
    }

    /** As {@link #d()}. */
    float[] m() {
        return m;
    }
}
