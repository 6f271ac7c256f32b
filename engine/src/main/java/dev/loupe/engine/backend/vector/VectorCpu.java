package dev.loupe.engine.backend.vector;

/** What this CPU's vectors are, for people. */
public final class VectorCpu {
    private VectorCpu() {}

    /** For example "Vector API, 512 bits". */
    public static String describe() {
        return "Vector API, %d bits".formatted(bits());
    }

    /** Bits of the vectors that the kernels use. */
    public static int bits() {
        return Lanes.FLOAT.vectorBitSize();
    }
}
