package dev.loupe.engine.dtype;

import java.util.Arrays;
import java.util.List;

/**
 * Six bits in a super-block of 256: sixteen sub-blocks of 16, each with a signed 8-bit scale. 6.5625 bits a weight.
 *
 * <pre>
 *   byte   0 ... 127                 128 ... 191               192 ... 207     208 209
 *          lower four bits           upper two bits            16 scales       d
 *          64 bytes for each 128     32 bytes for each 128     int8            binary16
 *
 *   of each 128 values, for i = 0..31:
 *     lower byte i        x[i + 64] : x[i]         (high nibble : low nibble)
 *     lower byte i + 32   x[i + 96] : x[i + 32]
 *     upper byte i        x[i + 96] : x[i + 64] : x[i + 32] : x[i]
 *
 *   value i of sub-block s = d * scale[s] * (q[i] - 32)
 * </pre>
 *
 * <p>Source: {@code block_q6_K} of ggml. Invariant: decode multiplies in the order written above, in float32.
 */
public record Q6K() implements BlockFormat {
    @Override
    public String id() {
        return "q6_k";
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
        return 210;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        byte[] codes = new byte[256];
        float[] scales = new float[16];
        float largest = 0;
        for (int s = 0; s < 16; s++) {
            scales[s] = SymmetricSearch.byTrials(32, values, v + 16 * s, codes, 16 * s);
            largest = Math.abs(scales[s]) > Math.abs(largest) ? scales[s] : largest;
        }
        if (Math.abs(largest) < SymmetricSearch.ZERO) {
            Arrays.fill(bytes, b, b + blockBytes(), (byte) 0);
            return;
        }
        float inverse = -128 / largest;
        LittleEndian.putHalf(bytes, b + 208, 1 / inverse);
        float d = LittleEndian.half(bytes, b + 208);
        for (int s = 0; s < 16; s++) {
            bytes[b + 192 + s] = (byte) Math.min(127, Rounding.nearestEven(inverse * scales[s]));
            float scale = d * bytes[b + 192 + s];
            for (int i = 16 * s; scale != 0 && i < 16 * s + 16; i++) {
                codes[i] = (byte) (32 + Rounding.clamp(Rounding.nearestEven(values[v + i] / scale), -32, 31));
            }
        }
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 32; i++) {
                int c = 128 * half + i;
                bytes[b + 64 * half + i] = (byte) (codes[c + 64] << 4 | codes[c] & 15);
                bytes[b + 64 * half + 32 + i] = (byte) (codes[c + 96] << 4 | codes[c + 32] & 15);
                bytes[b + 128 + 32 * half + i] = (byte)
                        (codes[c + 96] >> 4 << 6 | codes[c + 64] >> 4 << 4 | codes[c + 32] >> 4 << 2 | codes[c] >> 4);
            }
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float d = LittleEndian.half(bytes, b + 208);
        for (int half = 0; half < 2; half++) {
            int lower = b + 64 * half;
            int upper = b + 128 + 32 * half;
            int scales = b + 192 + 8 * half;
            int x = v + 128 * half;
            for (int i = 0; i < 32; i++) {
                int s = scales + i / 16;
                int l0 = bytes[lower + i];
                int l1 = bytes[lower + 32 + i];
                int u = bytes[upper + i];
                values[x + i] = d * bytes[s] * ((l0 & 15 | (u & 3) << 4) - 32);
                values[x + 32 + i] = d * bytes[s + 2] * ((l1 & 15 | (u >> 2 & 3) << 4) - 32);
                values[x + 64 + i] = d * bytes[s + 4] * ((l0 >> 4 & 15 | (u >> 4 & 3) << 4) - 32);
                values[x + 96 + i] = d * bytes[s + 6] * ((l1 >> 4 & 15 | (u >> 6 & 3) << 4) - 32);
            }
        }
    }
}
