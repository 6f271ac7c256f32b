package dev.loupe.engine.backend.vector;

/** What a piece's codes are multiplied with, and what is added: a thread's room for scales decoded ahead. */
final class Factors {
    private float[] d = {};
    private float[] m = {};

    /** With room for so many scales of {@value TileKernel#ROWS} rows; returns this. */
    Factors room(int scales) {
        int size = scales * TileKernel.ROWS;
        if (d.length < size) {
            d = new float[size];
            m = new float[size];
        }
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
