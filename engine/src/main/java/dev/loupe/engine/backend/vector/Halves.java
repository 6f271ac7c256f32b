package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * IEEE half precision to float32, exactly, for finite values: subnormals without arithmetic on float32 subnormals,
 * which some CPUs do very slowly.
 */
final class Halves {
    /** fp32's bias of exponents less fp16's, as a factor. */
    static final float REBIAS = 0x1p112f;

    private static final int BIAS = (127 - 15) << 23;
    private static final float SMALLEST_NORMAL = 0x1p-14f;

    private Halves() {}

    /** Floats of the half in the low 16 bits of every word. */
    static FloatVector low(IntVector words) {
        return toFloat(words.lanewise(VectorOperators.LSHL, 16));
    }

    /** Floats of the half in the high 16 bits of every word. */
    static FloatVector high(IntVector words) {
        return toFloat(words.and(0xFFFF0000));
    }

    /** Floats of half 0 (low) or 1 (high) of every word, without a branch. */
    static FloatVector at(IntVector words, int half) {
        return toFloat(words.lanewise(VectorOperators.LSHL, 16 - 16 * half).and(0xFFFF0000));
    }

    /**
     * From halves in the high 16 bits, the low ones zero. A subnormal comes out of the shift as 2^-15 (1 + m) instead
     * of 2^-14 m; adding what it exceeds 2^-14 by, once more, makes it right. Masks and blends would cost more.
     */
    static FloatVector toFloat(IntVector high) {
        IntVector magnitude = high.and(0x7FFFFFFF).lanewise(VectorOperators.LSHR, 3);
        FloatVector value = magnitude.add(BIAS).reinterpretAsFloats();
        IntVector subnormal = magnitude.sub(1 << 23).lanewise(VectorOperators.ASHR, 31);
        FloatVector excess =
                value.sub(SMALLEST_NORMAL).reinterpretAsInts().and(subnormal).reinterpretAsFloats();
        return value.add(excess).reinterpretAsInts().or(high.and(0x80000000)).reinterpretAsFloats();
    }
}
