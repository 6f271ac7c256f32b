package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/** What a piece's codes are multiplied with, and what is added: a thread's room for scales decoded ahead. */
final class Factors {
    private final Floats d = new Floats();
    private final Floats m = new Floats();

    /** With room for so many scales of {@value TileKernel#ROWS} rows; returns this. */
    Factors room(int scales) {
        d.room(scales * TileKernel.ROWS);
        m.room(scales * TileKernel.ROWS);
        return this;
    }

    /** (scales, 32). */
    float[] d() {
        return d.array();
    }

    /** As {@link #d()}. */
    float[] m() {
        return m.array();
    }

    MemorySegment dMemory() {
        return d.memory();
    }

    MemorySegment mMemory() {
        return m.memory();
    }
}
