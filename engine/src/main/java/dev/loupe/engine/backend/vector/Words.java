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

    /** The fp16 value at an offset, which kernels can read only if it is finite. */
    static short finiteHalf(MemorySegment source, long offset) {
        short half = source.get(SHORT, offset);
        check((half & 0x7C00) != 0x7C00);
        return half;
    }

    /** Checks that the fp16 value at an offset is finite. */
    static void checkHalf(MemorySegment source, long offset) {
        check((source.get(SHORT, offset) & 0x7C00) != 0x7C00);
    }

    /** Refuses weights that are not finite. */
    static void check(boolean finite) {
        if (!finite) {
            throw new LoupeException("The weights hold an infinity or NaN, so the file is damaged; download it again.");
        }
    }

    /** 32 nibbles, stored with element i low and i + 16 high in byte i, as four words of 8 consecutive ones. */
    static void splitNibbles(MemorySegment source, long offset, int[] words) {
        long low0 = source.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
        long low1 = source.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + 8);
        words[0] = gather(low0);
        words[1] = gather(low1);
        words[2] = gather(low0 >>> 4);
        words[3] = gather(low1 >>> 4);
    }

    /** The low nibbles of 8 bytes, side by side. */
    private static int gather(long bytes) {
        return (int) Long.compress(bytes, 0x0F0F0F0F0F0F0F0FL);
    }
}
