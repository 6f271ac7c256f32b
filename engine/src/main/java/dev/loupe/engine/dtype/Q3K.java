package dev.loupe.engine.dtype;

import java.util.Arrays;
import java.util.List;

/**
 * Three bits in a super-block of 256: sixteen sub-blocks of 16, each with a six-bit scale. 3.4375 bits a weight.
 *
 * <pre>
 *   byte   0 ... 31               32 ... 95                                           96 ... 107             108 109
 *          third bits: bit k      x[i + 96] : x[i + 64] : x[i + 32] : x[i]            16 scales              d
 *          is for x[32 k + i]     two bits each, 32 bytes (i = 0..31) for each 128    6 bits each            binary16
 *
 *   scale byte  0..7     s[j + 8] lower 4 : s[j] lower 4                          j = byte
 *   scale byte  8..11    s[j + 12] : s[j + 8] : s[j + 4] : s[j], upper 2 bits     j = byte - 8
 *
 *   value i of sub-block s = d * (scale[s] - 32) * (q[i] - 4)
 * </pre>
 *
 * <p>Source: {@code block_q3_K} of ggml. Invariant: decode multiplies in the order written above, in float32.
 */
public record Q3K() implements BlockFormat {
    @Override
    public String id() {
        return "q3_k";
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
        return 110;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        byte[] codes = new byte[256];
        float[] scales = new float[16];
        float largest = 0;
        for (int s = 0; s < 16; s++) {
            scales[s] = SymmetricSearch.byDescent(4, values, v + 16 * s, codes, 16 * s);
            largest = Math.abs(scales[s]) > Math.abs(largest) ? scales[s] : largest;
        }
        Arrays.fill(bytes, b, b + 110, (byte) 0);
        if (largest != 0) {
            float inverse = -32 / largest;
            LittleEndian.putHalf(bytes, b + 108, 1 / inverse);
            for (int s = 0; s < 16; s++) {
                int code = 32 + Rounding.clamp((byte) Rounding.nearestEven(inverse * scales[s]), -32, 31);
                bytes[b + 96 + (s & 7)] |= (byte) ((code & 15) << (s >> 3 << 2));
                bytes[b + 104 + (s & 3)] |= (byte) (code >> 4 << (s >> 2 << 1));
            }
        }
        float d = LittleEndian.half(bytes, b + 108);
        for (int s = 0; s < 16; s++) {
            float scale = d * scale(bytes, b + 96, s);
            for (int i = 16 * s; scale != 0 && i < 16 * s + 16; i++) {
                codes[i] = (byte) (4 + Rounding.clamp(Rounding.nearestEven(values[v + i] / scale), -4, 3));
            }
        }
        for (int i = 0; i < 256; i++) {
            bytes[b + (i & 31)] |= (byte) (codes[i] >> 2 << (i >> 5));
        }
        Q2K.putTwoBits(codes, bytes, b + 32);
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float d = LittleEndian.half(bytes, b + 108);
        for (int s = 0; s < 16; s++) {
            float scale = d * scale(bytes, b + 96, s);
            int q = Q2K.twoBitsOf(b + 32, s);
            int shift = Q2K.shiftOf(s);
            int third = b + (s & 1) * 16;
            for (int i = 0; i < 16; i++) {
                int code = bytes[q + i] >> shift & 3 | (bytes[third + i] >> (s >> 1) & 1) << 2;
                values[v + 16 * s + i] = scale * (code - 4);
            }
        }
    }

    /** The scale (-32..31) of sub-block {@code s}, where {@code at} is the first of the twelve bytes. */
    private static int scale(byte[] bytes, int at, int s) {
        int lower = bytes[at + (s & 7)] >> (s >> 3 << 2) & 15;
        int upper = bytes[at + 8 + (s & 3)] >> (s >> 2 << 1) & 3;
        return (upper << 4 | lower) - 32;
    }
}
