package dev.loupe.engine.dtype;

/**
 * A floating-point format of at most eight bits: sign, exponent, mantissa, subnormals.
 *
 * <pre>
 *              bits          bias  largest        smallest     special codes
 *   E5M2       s eeeee mm     15   57344          2^-16        infinity 0x7c, NaN 0x7d 0x7e 0x7f
 *   E4M3       s eeee mmm      7   448            2^-9         NaN 0x7f
 *   E3M2       s eee mm        3   28             2^-4         none
 *   E2M3       s ee mmm        1   7.5            2^-3         none
 *   E2M1       s ee m          1   6              2^-1         none
 * </pre>
 *
 * <p>Source: OCP 8-bit Floating Point Specification (OFP8) v1.0 and OCP Microscaling Formats (MX) v1.0, section 5.3.
 * Invariant: encode rounds to nearest, ties to even, and saturates: it never makes an infinity.
 *
 * @param signBit the sign's position
 * @param mantissaBits bits after the point
 * @param nanCode the code that a NaN becomes; 0 where the format has none
 * @param max the largest finite value
 * @param minNormal the smallest value with all mantissa bits; below, neighbours are equally far apart
 * @param subnormalUnit 2^23 times the smallest value: a sum with it has the smallest value as its last bit
 * @param values the value of every code
 */
record Minifloat(
        int signBit, int mantissaBits, int nanCode, float max, float minNormal, float subnormalUnit, float[] values)
        implements Levels {
    static final Minifloat E5M2 = ieee(5, 2);
    static final Minifloat E4M3 = of(4, 3, 0x7e, 0x7f);
    static final Minifloat E3M2 = of(3, 2, 0x1f, 0);
    static final Minifloat E2M3 = of(2, 3, 0x1f, 0);
    static final Minifloat E2M1 = of(2, 1, 0x7, 0);

    /** The topmost exponent means infinity and NaN. */
    private static Minifloat ieee(int exponentBits, int mantissaBits) {
        int infinity = ((1 << exponentBits) - 1) << mantissaBits;
        Minifloat format = of(exponentBits, mantissaBits, infinity - 1, infinity | 1 << mantissaBits - 1);
        format.values[infinity] = Float.POSITIVE_INFINITY;
        format.values[infinity | 1 << format.signBit] = Float.NEGATIVE_INFINITY;
        return format;
    }

    private static Minifloat of(int exponentBits, int mantissaBits, int maxCode, int nanCode) {
        int signBit = exponentBits + mantissaBits;
        int bias = (1 << exponentBits - 1) - 1;
        float[] values = new float[2 << signBit];
        for (int code = 0; code < 1 << signBit; code++) {
            int exponent = code >> mantissaBits;
            int mantissa = code & (1 << mantissaBits) - 1;
            float magnitude = exponent == 0
                    ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                    : Math.scalb((float) (mantissa | 1 << mantissaBits), exponent - bias - mantissaBits);
            values[code] = code > maxCode ? Float.NaN : magnitude;
            values[code | 1 << signBit] = -values[code];
        }
        float minNormal = Math.scalb(1f, 1 - bias);
        return new Minifloat(
                signBit,
                mantissaBits,
                nanCode,
                values[maxCode],
                minNormal,
                Math.scalb(minNormal, 23 - mantissaBits),
                values);
    }

    /** Bits above the sign are ignored. */
    @Override
    public float value(int code) {
        return values[code & values.length - 1];
    }

    /** Ties to even; {@code max} for what is beyond it; {@code nanCode} for NaN. */
    @Override
    public int encode(float x) {
        if (x != x) {
            return nanCode;
        }
        int bits = Float.floatToRawIntBits(x);
        int sign = bits >>> 31 << signBit;
        int magnitude = Math.min(bits & Integer.MAX_VALUE, Float.floatToRawIntBits(max));
        int normal = Float.floatToRawIntBits(minNormal);
        int codesBelow = Float.floatToRawIntBits(Float.intBitsToFloat(Math.min(magnitude, normal)) + subnormalUnit)
                - Float.floatToRawIntBits(subnormalUnit);
        int above = Math.max(magnitude, normal) - normal;
        int dropped = 23 - mantissaBits;
        int codesAbove = above + (1 << dropped - 1) - 1 + (above >> dropped & 1) >> dropped;
        return sign | codesBelow + codesAbove;
    }
}
