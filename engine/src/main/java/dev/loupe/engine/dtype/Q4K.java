package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Four bits in a super-block of 256: eight sub-blocks of 32, whose scales and minimums take six bits each. 4.5 bits a
 * weight.
 *
 * <pre>
 *   byte   0 1        2 3        4 ... 15              16 ... 47                   ...   112 ... 143
 *          d          dmin       8 scales, 8 minimums  x32 : x0 ... x63 : x31      ...   x224 : x192 ... x255 : x223
 *          binary16   binary16   6 bits each           high nibble : low nibble, 32 bytes for each 64 values
 *
 *   value i of sub-block s = d * scale[s] * q[i] - dmin * minimum[s]
 * </pre>
 *
 * <p>Source: {@code block_q4_K} of ggml; {@link SixBitScales} draws bytes 4 to 15. Invariant: decode multiplies in the
 * order written above, in float32.
 */
public record Q4K() implements BlockFormat {
    @Override
    public String id() {
        return "q4_k";
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
        return 144;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        var search = new AffineSearch(32, 15, -1, 20, false);
        byte[] codes = SixBitScales.encode(values, v, search, 15, bytes, b);
        for (int s = 0; s < 8; s += 2) {
            for (int i = 0; i < 32; i++) {
                bytes[b + 16 + 16 * s + i] = (byte) (codes[32 * s + 32 + i] << 4 | codes[32 * s + i]);
            }
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
            int q = b + 16 + 16 * s;
            int x = v + 32 * s;
            for (int i = 0; i < 32; i++) {
                int pair = bytes[q + i];
                values[x + i] = lowScale * (pair & 15) - lowMin;
                values[x + 32 + i] = highScale * (pair >> 4 & 15) - highMin;
            }
        }
    }
}
