package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * IEEE half precision to float32, exactly, for finite values: subnormals without arithmetic on float32 subnormals,
 * which some CPUs do very slowly.
 */
final class Halves {
    private static final int REBIAS = (127 - 15) << 23;
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

    /** From halves in the high 16 bits, the low ones zero. */
    private static FloatVector toFloat(IntVector high) {
        IntVector magnitude = high.and(0x7FFFFFFF).lanewise(VectorOperators.LSHR, 3);
        FloatVector normal = magnitude.add(REBIAS).reinterpretAsFloats();
        FloatVector subnormal =
                magnitude.add(REBIAS + (1 << 23)).reinterpretAsFloats().sub(SMALLEST_NORMAL);
        FloatVector absolute = normal.blend(subnormal, magnitude.lt(1 << 23).cast(Lanes.FLOAT));
        return absolute.reinterpretAsInts().or(high.and(0x80000000)).reinterpretAsFloats();
    }
}
