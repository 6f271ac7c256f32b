package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors that all kernels use: as wide as {@link VectorWidth} found best, or as {@code -Dloupe.vector.bits} says.
 *
 * <p>Species must be constants for the compiler; therefore they are static, in this class alone, which is loaded only
 * when a kernel first runs.
 */
final class Lanes {
    static final String BITS = "loupe.vector.bits";

    static final VectorSpecies<Float> FLOAT = VectorSpecies.of(float.class, shape());
    static final VectorSpecies<Integer> INT = VectorSpecies.of(int.class, shape());

    static final VectorSpecies<Short> SHORT = VectorSpecies.of(short.class, shape());

    /** Lanes of a vector: 4, 8 or 16. */
    static final int COUNT = FLOAT.length();

    private Lanes() {}

    private static VectorShape shape() {
        Integer bits = Integer.getInteger(BITS);
        return VectorShape.forBitSize(bits == null ? VectorWidth.chosen() : bits);
    }

    /** Integers of the same lanes as floats. */
    static IntVector bits(FloatVector v) {
        return v.reinterpretAsInts();
    }
}
