package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;

/** Activations in signed bytes with a scale for {@value ByteBlock#BLOCK} of them, laid out for a kernel. */
sealed interface IntegerTokens permits TokenPairs, TokenRecords {
    /** Those of this CPU's kernels. */
    static IntegerTokens make() {
        return VnniKernel.used() ? new TokenRecords() : new TokenPairs();
    }

    /** Tokens that are written by one thread. */
    int sideBySide();

    /**
     * Makes room for (tokens, columns); columns are a multiple of {@value ByteBlock#BLOCK}.
     *
     * @return the bytes that it has more now
     */
    long reserve(int tokens, int columns);

    /** Gives the room back; returns its bytes. */
    long free();

    /**
     * Takes x (columns) from {@code offset} as {@code token}.
     *
     * @param codes ({@value ByteBlock#BLOCK}), work space
     */
    void set(int token, MemorySegment x, long offset, int[] codes);
}
