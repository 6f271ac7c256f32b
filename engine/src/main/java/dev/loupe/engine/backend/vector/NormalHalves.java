package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * IEEE half precision with a smaller bias of exponents, in which the numbers that were subnormal are normal: a shift
 * and a mask make a float32 number of it, on which no arithmetic is slow. Some CPUs take a hundred times as long for a
 * product of a subnormal float32 number.
 *
 * <p>What the new exponents have less room for are large numbers: magnitudes from {@code 128} on have no place, which
 * no weights of a trained model reach. Invariant: all others are kept exactly.
 */
final class NormalHalves {
    private static final int MANTISSA_BITS = 10;
    private static final int MANTISSA = (1 << MANTISSA_BITS) - 1;
    private static final int SIGN = 0x8000;
    private static final int LARGEST = 0x57FF; // below 128

    /** fp32's bias of exponents less this one's, as a factor. */
    static final float REBIAS = 0x1p102f;

    /** How far a number in the high 16 bits goes to the right, its sign with it, to have its exponent in place. */
    static final int SHIFT = 3;

    /** The bits that are its own then. */
    static final int MASK = 0x8FFFE000;

    private NormalHalves() {}

    /** Whether a finite binary16 has a place. */
    static boolean holds(short half) {
        return (half & 0x7FFF) <= LARGEST;
    }

    /** From a binary16 that {@link #holds}. */
    static short of(short half) {
        int magnitude = half & 0x7FFF;
        if (magnitude > MANTISSA) {
            return (short) (half + (MANTISSA_BITS << MANTISSA_BITS));
        }
        if (magnitude == 0) {
            return half;
        }
        int leading = 31 - Integer.numberOfLeadingZeros(magnitude);
        int fraction = magnitude << MANTISSA_BITS - leading & MANTISSA;
        return (short) (half & SIGN | leading + 1 << MANTISSA_BITS | fraction);
    }

    /** What a number means. */
    static float toFloat(short number) {
        return Float.intBitsToFloat(number << 16 >> SHIFT & MASK) * REBIAS;
    }

    /** What the numbers in the high 16 bits of every word mean. */
    static FloatVector toFloat(IntVector words) {
        return words.lanewise(VectorOperators.ASHR, SHIFT)
                .and(MASK)
                .reinterpretAsFloats()
                .mul(REBIAS);
    }
}
