package dev.loupe.engine.backend.vector;

/** What this CPU's vectors are, for people. */
public final class VectorCpu {
    private VectorCpu() {}

    /** Whether this Java was started with its Vector API, as a module or on the boot class path. */
    public static boolean available() {
        try {
            Class.forName("jdk.incubator.vector.Vector", false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** For example "Vector API, 512 bits". */
    public static String describe() {
        return "Vector API, %d bits".formatted(bits());
    }

    /** Bits of the vectors that the kernels use. */
    public static int bits() {
        return Lanes.FLOAT.vectorBitSize();
    }

    /** Whether kernels multiply signed bytes by instructions of their own, see {@link VnniKernel}. */
    public static boolean multipliesBytes() {
        return VnniKernel.used();
    }

    /** Whether kernels ask for weights ahead, see {@link Prefetch}. */
    public static boolean prefetches() {
        return Prefetch.used();
    }
}
