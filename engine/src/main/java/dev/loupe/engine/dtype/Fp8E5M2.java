package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Eight-bit floats with two bits of mantissa and a scale for 32 of them: the upper half of a binary16. 8.5 bits a
 * weight.
 *
 * <pre>
 *   byte   0 1          2 3 4 ... 33
 *          scale d      q0 q1 ... q31         value i = d * E5M2(q[i])
 *          binary16     s eeeee mm
 * </pre>
 *
 * <p>Source: OCP 8-bit Floating Point Specification (OFP8) v1.0; the scale is Loupe's own. Invariant: d is max|x| /
 * 57344, rounded up, at most 65504; rounding is to nearest, ties to even, what is beyond saturates; a NaN stays a NaN.
 */
public record Fp8E5M2() implements BlockFormat {
    @Override
    public String id() {
        return "fp8_e5m2";
    }

    @Override
    public List<String> aliases() {
        return List.of("fp8");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 34;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float largest = BlockScale.largestNumber(values, v, 32);
        float inverse = BlockScale.inverse(BlockScale.putHalfUp(bytes, b, largest / Minifloat.E5M2.max()));
        for (int i = 0; i < 32; i++) {
            bytes[b + 2 + i] = (byte) Minifloat.E5M2.encode(values[v + i] * inverse);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 32; i++) {
            values[v + i] = Minifloat.E5M2.value(bytes[b + 2 + i]) * scale;
        }
    }
}
