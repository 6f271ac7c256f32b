package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Microscaling eight-bit floats with three bits of mantissa: 32 of them share a power of two. 8.25 bits a weight.
 *
 * <pre>
 *   byte   0            1 2 3 ... 32
 *          exponent e   q0 q1 ... q31         value i = 2^(e - 127) * E4M3(q[i])
 *          E8M0         s eeee mmm
 * </pre>
 *
 * <p>Source: OCP Microscaling Formats (MX) v1.0, with the conversion of its section 6.3. Invariant: e is the exponent
 * of max|x| less that of 448; rounding is to nearest, ties to even, what is beyond 448 saturates; a NaN stays a NaN.
 */
public record MxFp8() implements BlockFormat {
    /** The largest exponent of E4M3: 448 = 1.75 * 2^8. */
    private static final int ELEMENT_EXPONENT = 8;

    @Override
    public String id() {
        return "mxfp8";
    }

    @Override
    public List<String> aliases() {
        return List.of("mxfp8_e4m3");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 33;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float largest = BlockScale.largestNumber(values, v, 32);
        bytes[b] = BlockScale.e8m0(largest, BlockScale.exponent(largest) - ELEMENT_EXPONENT);
        float inverse = 1 / BlockScale.e8m0(bytes[b]);
        for (int i = 0; i < 32; i++) {
            bytes[b + 1 + i] = (byte) Minifloat.E4M3.encode(values[v + i] * inverse);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = BlockScale.e8m0(bytes[b]);
        for (int i = 0; i < 32; i++) {
            values[v + i] = Minifloat.E4M3.value(bytes[b + 1 + i]) * scale;
        }
    }
}
