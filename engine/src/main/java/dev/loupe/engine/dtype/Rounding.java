package dev.loupe.engine.dtype;

/** The two ways in which ggml's quantisers turn a float32 into an integer; each is exact for |x| below 2^22. */
final class Rounding {
    private static final float TWO_23_PLUS_TWO_22 = 12582912f;

    private Rounding() {}

    /** To the nearest integer, ties to even: the sum's last mantissa bit is worth one, so adding rounds. */
    static int nearestEven(float x) {
        return (Float.floatToRawIntBits(x + TWO_23_PLUS_TWO_22) & 0x7fffff) - 0x400000;
    }

    /**
     * To the nearest integer, ties away from zero. The float below one half is added: one half lifts 0.49999997 to 1.
     */
    static int nearestAway(float x) {
        return (int) (x + Math.copySign(0.49999997f, x));
    }

    static int clamp(int q, int least, int most) {
        return Math.max(least, Math.min(most, q));
    }
}
