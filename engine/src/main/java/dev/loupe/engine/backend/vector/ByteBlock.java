package dev.loupe.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Activations as signed bytes with a scale for {@value #BLOCK} of them, as llama.cpp takes them for products with
 * quantised weights: x = scale * q.
 */
final class ByteBlock {
    /** Columns that share a scale. */
    static final int BLOCK = 32;

    /** The largest magnitude of q. */
    static final int LARGEST = 127;

    /** The smallest scale; what is much smaller is taken as 0. */
    static final float SMALLEST = 1e-30f;

    /** A sum with it is rounded to an integer, ties to even. */
    static final float ROUND = 0x1.8p23f;

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private ByteBlock() {}

    /**
     * Rounds a block of x, from {@code offset}.
     *
     * @param codes q, written
     * @return the scale
     */
    static float round(MemorySegment x, long offset, int[] codes) {
        FloatVector largest = FloatVector.zero(Lanes.FLOAT);
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            largest = largest.max(FloatVector.fromMemorySegment(Lanes.FLOAT, x, offset + 4L * i, LE)
                    .abs());
        }
        float scale = Math.max(largest.reduceLanes(VectorOperators.MAX) / LARGEST, SMALLEST);
        float inverse = 1 / scale;
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            FloatVector rounded = FloatVector.fromMemorySegment(Lanes.FLOAT, x, offset + 4L * i, LE)
                    .mul(inverse)
                    .add(ROUND);
            rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND)).intoArray(codes, i);
        }
        return scale;
    }
}
