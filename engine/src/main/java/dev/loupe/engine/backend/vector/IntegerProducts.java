package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/** Products of tiles with activations in signed bytes. */
interface IntegerProducts {
    /**
     * Whether they are quicker than floats for so many tokens. Intel's CPUs multiply 16-bit integers by one port where
     * two multiply floats, so a prompt's rounded activations are multiplied as floats there.
     */
    static boolean pay(int tokens) {
        return tokens <= Gemm.FEW || !Cpu.INTEL || VnniKernel.used();
    }

    /**
     * Products of a tile's rows with tokens.
     *
     * @param x (tokens, columns)
     * @param out (tokens, {@value TileKernel#ROWS})
     */
    void product(MemorySegment tile, long offset, int columns, IntegerTokens x, int tokens, Floats out);
}
