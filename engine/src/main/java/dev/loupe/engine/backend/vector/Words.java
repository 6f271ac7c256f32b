package dev.loupe.engine.backend.vector;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The 32-bit words that tiles are packed from, little-endian. */
final class Words {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private Words() {}

    static void set(MemorySegment tile, long offset, int word) {
        tile.set(INT, offset, word);
    }

    /** Writes half a word: 0 is the low 16 bits. */
    static void setHalf(MemorySegment tile, long offset, int half, short value) {
        tile.set(SHORT, offset + 2L * half, value);
    }

    /** Checks that the fp16 value at an offset is finite: its exponent, in the second byte. */
    static void checkHalf(byte[] source, int offset) {
        check((source[offset + 1] & 0x7C) != 0x7C);
    }

    /** Refuses weights that are not finite. */
    static void check(boolean finite) {
        if (!finite) {
            throw new LoupeException("The weights hold an infinity or NaN, so the file is damaged; download it again.");
        }
    }
}
