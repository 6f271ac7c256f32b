package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Five bits in a super-block of 256: eight sub-blocks of 32, whose scales and minimums take six bits each. 5.5 bits a
 * weight.
 *
 * <pre>
 *   byte   0 1        2 3        4 ... 15              16 ... 47            48 ... 79   ...   144 ... 175
 *          d          dmin       8 scales, 8 minimums    fifth bits           lower four bits, as in {@link Q4K}:
 *          binary16   binary16   6 bits each             32 bytes             32 bytes for each 64 values
 *
 *   bit s of fifth-bits byte i belongs to x[32 s + i]
 *   value i of sub-block s = d * scale[s] * q[i] - dmin * minimum[s]
 * </pre>
 *
 * <p>Source: {@code block_q5_K} of ggml; {@link SixBitScales} draws bytes 4 to 15. Invariant: decode multiplies in the
 * order written above, in float32.
 */
public record Q5K() implements BlockFormat {
    @Override
    public String id() {
        return "q5_k";
    }

    @Override
    public List<String> aliases() {
        return List.of();
    }

    @Override
    public int blockElements() {
        return 256;
    }

    @Override
    public int blockBytes() {
        return 176;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        var search = new AffineSearch(32, 31, -0.5f, 15, false);
        byte[] codes = SixBitScales.encode(values, v, search, 31, bytes, b);
        for (int i = 0; i < 32; i++) {
            int fifthBits = 0;
            for (int s = 0; s < 8; s += 2) {
                int low = codes[32 * s + i];
                int high = codes[32 * s + 32 + i];
                bytes[b + 48 + 16 * s + i] = (byte) (high << 4 | low & 15);
                fifthBits |= low >> 4 << s | high >> 4 << s + 1;
            }
            bytes[b + 16 + i] = (byte) fifthBits;
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float d = LittleEndian.half(bytes, b);
        float dmin = LittleEndian.half(bytes, b + 2);
        for (int s = 0; s < 8; s += 2) {
            float lowScale = d * SixBitScales.scale(bytes, b + 4, s);
            float lowMin = dmin * SixBitScales.min(bytes, b + 4, s);
            float highScale = d * SixBitScales.scale(bytes, b + 4, s + 1);
            float highMin = dmin * SixBitScales.min(bytes, b + 4, s + 1);
            int q = b + 48 + 16 * s;
            int x = v + 32 * s;
            for (int i = 0; i < 32; i++) {
                int pair = bytes[q + i];
                int fifthBits = bytes[b + 16 + i] >> s;
                values[x + i] = lowScale * (pair & 15 | (fifthBits & 1) << 4) - lowMin;
                values[x + 32 + i] = highScale * (pair >> 4 & 15 | (fifthBits & 2) << 3) - highMin;
            }
        }
    }
}
