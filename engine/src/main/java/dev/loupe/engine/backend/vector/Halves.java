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

    /**
     * From halves in the high 16 bits, the low ones zero. A subnormal comes out of the shift as t = 2^-15 (1 + m) where
     * 2t - 2^-14 is right, which is less; for all others it is not less. Numbers that are not negative are in the order
     * of their bits.
     */
    static FloatVector toFloat(IntVector high) {
        return whole(high.and(0x7FFFFFFF).lanewise(VectorOperators.LSHR, 3), BIAS, SMALLEST_NORMAL, high);
    }

    /**
     * From magnitudes with their exponents where fp32 has its own.
     *
     * @param bias what the exponents lack
     * @param smallestNormal with that bias
     * @param signs the highest bits, the others any
     */
    static FloatVector whole(IntVector magnitudes, int bias, float smallestNormal, IntVector signs) {
        FloatVector value = magnitudes.add(bias).reinterpretAsFloats();
        IntVector subnormal = value.fma(2f, -smallestNormal).reinterpretAsInts();
        return value.reinterpretAsInts()
                .min(subnormal)
                .or(signs.and(0x80000000))
                .reinterpretAsFloats();
    }
}
