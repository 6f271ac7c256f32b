package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Microscaling six-bit floats with three bits of mantissa: 32 of them share a power of two. 6.25 bits a weight.
 *
 * <pre>
 *   byte   0            1 ... 16                 17 ... 24
 *          exponent e   lower four bits          upper two bits         value i = 2^(e - 127) * E2M3(q[i])
 *          E8M0         as in {@link SixBitCodes}                       s ee mmm
 * </pre>
 *
 * <p>Source: OCP Microscaling Formats (MX) v1.0, with the conversion of its section 6.3; the order of the bits is
 * Loupe's own. Invariant: e is the exponent of max|x| less that of 7.5; rounding is to nearest, ties to even, what is
 * beyond 7.5 saturates; a block with a NaN gets e = 255, which is NaN.
 */
public record MxFp6() implements BlockFormat {
    /** The largest exponent of E2M3: 7.5 = 1.875 * 2^2. */
    private static final int ELEMENT_EXPONENT = 2;

    @Override
    public String id() {
        return "mxfp6";
    }

    @Override
    public List<String> aliases() {
        return List.of("mxfp6_e2m3");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 25;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float largest = BlockScale.largest(values, v, 32);
        bytes[b] = BlockScale.e8m0(largest, BlockScale.exponent(largest) - ELEMENT_EXPONENT);
        float inverse = 1 / BlockScale.e8m0(bytes[b]);
        byte[] codes = new byte[32];
        for (int i = 0; i < 32; i++) {
            codes[i] = (byte) Minifloat.E2M3.encode(values[v + i] * inverse);
        }
        SixBitCodes.put(bytes, b + 1, codes);
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = BlockScale.e8m0(bytes[b]);
        for (int i = 0; i < 32; i++) {
            values[v + i] = Minifloat.E2M3.value(SixBitCodes.get(bytes, b + 1, i)) * scale;
        }
    }
}
