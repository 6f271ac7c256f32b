package dev.loupe.engine.dtype;

/**
 * What a block's scale is made from, and the two ways of storing it that are not GGUF's own: a binary16 that never lets
 * a value overflow its code, and the power of two of the OCP microscaling formats.
 *
 * <p>Source of E8M0: OCP Microscaling Formats (MX) v1.0, section 5.4.1. Invariant: a binary16 scale is never rounded
 * down, so the largest value never saturates and small weights do not vanish with their scale.
 */
final class BlockScale {
    /** E8M0's NaN: every value of the block is NaN. */
    static final byte E8M0_NAN = (byte) 0xff;

    /** The largest binary16. */
    static final float LARGEST_HALF = 65504;

    private BlockScale() {}

    /** The largest magnitude of {@code n} values; NaN if one is NaN. */
    static float largest(float[] values, int v, int n) {
        int bits = 0; // those of magnitudes are in the order of the magnitudes, NaN last
        for (int i = 0; i < n; i++) {
            bits = Math.max(bits, Float.floatToRawIntBits(values[v + i]) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(bits);
    }

    /** The largest magnitude of {@code n} values, NaN left out. */
    static float largestNumber(float[] values, int v, int n) {
        return Math.abs(signedLargest(values, v, n));
    }

    /** The value of largest magnitude, with its sign; the first of equals; NaN left out. */
    static float signedLargest(float[] values, int v, int n) {
        float largest = 0;
        for (int i = 0; i < n; i++) {
            if (Math.abs(values[v + i]) > Math.abs(largest)) {
                largest = values[v + i];
            }
        }
        return largest;
    }

    /**
     * Stores the smallest binary16 not below {@code scale} (at most {@link #LARGEST_HALF}).
     *
     * @return what was stored
     */
    static float putHalfUp(byte[] bytes, int at, float scale) {
        float target = Math.min(scale, LARGEST_HALF);
        LittleEndian.putHalf(bytes, at, target);
        float stored = LittleEndian.half(bytes, at);
        if (stored < target) {
            LittleEndian.putHalf(bytes, at, stored + Math.max(Math.ulp(stored) * 8192, 0x1p-24f));
        }
        return LittleEndian.half(bytes, at);
    }

    /** {@code 1 / scale}, or 0 for a block of zeros. */
    static float inverse(float scale) {
        return scale == 0 ? 0 : 1 / scale;
    }

    /** Floor of log2 x, exactly; -149 for 0. */
    static int exponent(float x) {
        return x < Float.MIN_NORMAL ? Math.max(-149, Math.getExponent(x * 0x1p24f) - 24) : Math.getExponent(x);
    }

    /** The E8M0 byte of the nearest power of two to {@code 2^exponent} that there is; NaN if {@code largest} is. */
    static byte e8m0(float largest, int exponent) {
        return largest != largest ? E8M0_NAN : (byte) Rounding.clamp(exponent + 127, 0, 254);
    }

    /** 2^(code - 127); NaN for 255. */
    static float e8m0(byte code) {
        if (code == E8M0_NAN) {
            return Float.NaN;
        }
        return Float.intBitsToFloat(code == 0 ? 0x400000 : (code & 0xff) << 23);
    }
}
