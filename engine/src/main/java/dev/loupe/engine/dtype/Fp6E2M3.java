package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Six-bit floats with three bits of mantissa and a scale for 32 of them. 6.5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 ... 17                 18 ... 25
 *          scale d      lower four bits          upper two bits         value i = d * E2M3(q[i])
 *          binary16     as in {@link SixBitCodes}                       s ee mmm
 * </pre>
 *
 * <p>Source: the element of OCP Microscaling Formats (MX) v1.0; scale and layout are Loupe's own. Invariant: d is
 * max|x| / 7.5, rounded up; rounding is to nearest, ties to even; a block with a NaN decodes to NaN.
 */
public record Fp6E2M3() implements BlockFormat {
    @Override
    public String id() {
        return "fp6_e2m3";
    }

    @Override
    public List<String> aliases() {
        return List.of("fp6");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 26;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float largest = BlockScale.largest(values, v, 32);
        float inverse = BlockScale.inverse(BlockScale.putHalfUp(bytes, b, largest / Minifloat.E2M3.max()));
        byte[] codes = new byte[32];
        for (int i = 0; i < 32; i++) {
            codes[i] = (byte) Minifloat.E2M3.encode(values[v + i] * inverse);
        }
        SixBitCodes.put(bytes, b + 2, codes);
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 32; i++) {
            values[v + i] = Minifloat.E2M3.value(SixBitCodes.get(bytes, b + 2, i)) * scale;
        }
    }
}
