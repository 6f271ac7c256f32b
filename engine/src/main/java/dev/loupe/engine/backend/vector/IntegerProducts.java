package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/** Products of tiles with activations in signed bytes. */
interface IntegerProducts {
    /**
     * Products of a tile's rows with tokens.
     *
     * @param x (tokens, columns)
     * @param out (tokens, {@value TileKernel#ROWS})
     */
    void product(MemorySegment tile, long offset, int columns, QuantizedTokens x, int tokens, float[] out);
}
