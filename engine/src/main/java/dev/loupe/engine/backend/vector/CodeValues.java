package dev.loupe.engine.backend.vector;

/** What number a code of up to eight bits is. */
sealed interface CodeValues {
    /** Whether four codes of a byte each are all numbers. */
    default boolean finite(int codes) {
        return true;
    }

    /** The word of a tile for four bytes of codes as a file has them. */
    default int word(int codes) {
        return codes;
    }

    /** Itself. */
    record Integers() implements CodeValues {}

    /** A signed byte. In a tile it counts from -128, for without a sign it takes one operation less to decode. */
    record SignedBytes() implements CodeValues {
        /** The code of 0. */
        static final int ZERO = 128;

        @Override
        public int word(int codes) {
            return codes ^ 0x80808080;
        }
    }

    /**
     * One of the levels of a table.
     *
     * @param levels 16 of them
     */
    record Levels(float[] levels) implements CodeValues {}

    /**
     * A floating-point number of few bits.
     *
     * @param exponentBits above the mantissa, below the sign
     * @param mantissaBits lowest
     * @param numbers magnitudes from here on are infinite or NaN, up to 128
     */
    record Minifloats(int exponentBits, int mantissaBits, int numbers) implements CodeValues {
        @Override
        public boolean finite(int codes) {
            return ((codes & 0x7F7F7F7F) + (128 - numbers) * 0x01010101 & 0x80808080) == 0;
        }
    }
}
