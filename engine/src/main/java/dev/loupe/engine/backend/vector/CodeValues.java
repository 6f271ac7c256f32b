package dev.loupe.engine.backend.vector;

/** What number a code of up to eight bits is. */
sealed interface CodeValues {
    /** Whether four codes of a byte each are all numbers. */
    default boolean finite(int codes) {
        return true;
    }

    /** Itself; or, if {@code signed}, the signed byte. */
    record Integers(boolean signed) implements CodeValues {}

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
