package dev.loupe.engine.backend.vector;

/**
 * What arithmetic on subnormal fp32 numbers costs on this CPU: some take a hundred times as long for them, and then
 * fp16's own subnormals are better decoded by integers.
 *
 * <p>Measured once in a process, in less than a millisecond; scalar code tells, for the cost is the multiplier's.
 */
final class Subnormals {
    private static final int COUNT = 2_000;
    private static final int ROUNDS = 5;
    private static final double SLOW = 1.5;
    private static final float SMALLEST_NORMAL = 0x1p-126f;

    /** Whether they cost as little as other numbers. */
    static final boolean QUICK = measure();

    private Subnormals() {}

    private static boolean measure() {
        var normal = new float[COUNT];
        var subnormal = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            normal[i] = SMALLEST_NORMAL * (1 + i);
            subnormal[i] = SMALLEST_NORMAL * i / COUNT;
        }
        long onNormal = Long.MAX_VALUE;
        long onSubnormal = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            onNormal = Math.min(onNormal, nanos(normal));
            onSubnormal = Math.min(onSubnormal, nanos(subnormal));
        }
        return onSubnormal < SLOW * onNormal;
    }

    private static long nanos(float[] values) {
        long start = System.nanoTime();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * 0x1p112f * 0x1p-112f;
        }
        return System.nanoTime() - start;
    }
}
