package dev.loupe.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions on vectors, of the same bits on every machine and at every width.
 *
 * <p>exp is Cephes' expf: 2^n times a polynomial of the remainder, error under 2 ulp.
 */
final class VectorMath {
    private static final float LOWEST = -87.33654f; // below, exp is taken as 0
    private static final float HIGHEST = 88.3762f;
    private static final float LOG2_E = 1.44269504088896341f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUND = 0x1.8p23f;

    private VectorMath() {}

    /**
     * What comes out below {@link #LOWEST} is replaced at the end; min and max, with their care for NaN, take longer.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.blend(HIGHEST, x.compare(VectorOperators.GT, HIGHEST));
        FloatVector shifted =
                clamped.fma(FloatVector.broadcast(Lanes.FLOAT, LOG2_E), FloatVector.broadcast(Lanes.FLOAT, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(Lanes.FLOAT, -LN2_HIGH), clamped);
        r = n.fma(FloatVector.broadcast(Lanes.FLOAT, -LN2_LOW), r);
        FloatVector p = r.fma(
                FloatVector.broadcast(Lanes.FLOAT, 1.9875691500e-4f),
                FloatVector.broadcast(Lanes.FLOAT, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(Lanes.FLOAT, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(Lanes.FLOAT, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(Lanes.FLOAT, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(Lanes.FLOAT, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1f);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector value = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return value.blend(0f, x.lt(LOWEST));
    }

    /** tanh(x) = 1 - 2 / (exp(2x) + 1). */
    static FloatVector tanh(FloatVector x) {
        FloatVector e = exp(x.add(x));
        return FloatVector.broadcast(Lanes.FLOAT, 1f)
                .sub(FloatVector.broadcast(Lanes.FLOAT, 2f).div(e.add(1f)));
    }

    /** Sum by halves, a power of two of them; the numbers are overwritten. */
    static float sum(float[] numbers) {
        for (int half = numbers.length / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                numbers[i] += numbers[i + half];
            }
        }
        return numbers[0];
    }
}
