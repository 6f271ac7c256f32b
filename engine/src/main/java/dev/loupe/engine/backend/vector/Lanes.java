package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors that all kernels use: as wide as this CPU's, up to 512 bits, or as {@code -Dloupe.vector.bits} says.
 *
 * <p>Species must be constants for the compiler; therefore they are static, in this class alone, which is loaded only
 * when a kernel first runs.
 */
final class Lanes {
    static final VectorSpecies<Float> FLOAT = VectorSpecies.of(float.class, shape());
    static final VectorSpecies<Integer> INT = VectorSpecies.of(int.class, shape());

    static final VectorSpecies<Short> SHORT = VectorSpecies.of(short.class, shape());

    /** Lanes of a vector: 4, 8 or 16. */
    static final int COUNT = FLOAT.length();

    private Lanes() {}

    private static VectorShape shape() {
        int preferred = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
        return VectorShape.forBitSize(Integer.getInteger("loupe.vector.bits", preferred));
    }

    /** Integers of the same lanes as floats. */
    static IntVector bits(FloatVector v) {
        return v.reinterpretAsInts();
    }
}
