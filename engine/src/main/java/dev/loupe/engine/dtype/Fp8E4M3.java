package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Eight-bit floats with three bits of mantissa and a scale for 32 of them. 8.5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 3 4 ... 33
 *          scale d      q0 q1 ... q31         value i = d * E4M3(q[i])
 *          binary16     s eeee mmm
 * </pre>
 *
 * <p>Source: OCP 8-bit Floating Point Specification (OFP8) v1.0; the scale is Loupe's own. Invariant: d is max|x| /
 * 448, rounded up, at most 65504; rounding is to nearest, ties to even, what is beyond saturates; a NaN stays a NaN.
 */
public record Fp8E4M3() implements BlockFormat {
    @Override
    public String id() {
        return "fp8_e4m3";
    }

    @Override
    public List<String> aliases() {
        return List.of();
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
        float inverse = BlockScale.inverse(BlockScale.putHalfUp(bytes, b, largest / Minifloat.E4M3.max()));
        for (int i = 0; i < 32; i++) {
            bytes[b + 2 + i] = (byte) Minifloat.E4M3.encode(values[v + i] * inverse);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 32; i++) {
            values[v + i] = Minifloat.E4M3.value(bytes[b + 2 + i]) * scale;
        }
    }
}
