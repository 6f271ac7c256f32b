package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Four-bit floats with one bit of mantissa and a scale for 32 of them. 4.5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2            3            ...   17
 *          scale d      q16 : q0     q17 : q1     ...   q31 : q15      (high nibble : low nibble)
 *          binary16     s ee m                                         value i = d * E2M1(q[i])
 *
 *   E2M1   0  0.5  1  1.5  2  3  4  6  and their negatives
 * </pre>
 *
 * <p>Source: the element of OCP Microscaling Formats (MX) v1.0; the scale is Loupe's own. Invariant: d is the one of
 * {@link LevelSearch}, around max|x| / 6; rounding is to nearest, ties to even; a block with a NaN decodes to NaN.
 */
public record Fp4() implements BlockFormat {
    @Override
    public String id() {
        return "fp4";
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
        return 18;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float inverse = LevelSearch.putScale(bytes, b, values, v, 32, Minifloat.E2M1);
        for (int i = 0; i < 16; i++) {
            int low = Minifloat.E2M1.encode(values[v + i] * inverse);
            int high = Minifloat.E2M1.encode(values[v + 16 + i] * inverse);
            bytes[b + 2 + i] = (byte) (high << 4 | low);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 16; i++) {
            int pair = bytes[b + 2 + i];
            values[v + i] = Minifloat.E2M1.value(pair) * scale;
            values[v + 16 + i] = Minifloat.E2M1.value(pair >> 4) * scale;
        }
    }
}
