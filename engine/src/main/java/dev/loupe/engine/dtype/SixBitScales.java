package dev.loupe.engine.dtype;

/**
 * The twelve bytes in which Q4_K and Q5_K keep the scales s and minimums m of eight sub-blocks, six bits each.
 *
 * <pre>
 *   byte 0..3     s[j + 4] upper 2 : s[j]                  j = byte
 *   byte 4..7     m[j + 4] upper 2 : m[j]                  j = byte - 4
 *   byte 8..11    m[j + 4] lower 4 : s[j + 4] lower 4      j = byte - 8
 * </pre>
 *
 * <p>Source: {@code get_scale_min_k4} and {@code quantize_row_q4_K_ref} of ggml.
 */
final class SixBitScales {
    private SixBitScales() {}

    /** The scale of sub-block {@code s} (0..7), where {@code at} is the first of the twelve bytes. */
    static int scale(byte[] bytes, int at, int s) {
        return s < 4 ? bytes[at + s] & 63 : bytes[at + 4 + s] & 15 | (bytes[at + s - 4] >> 6 & 3) << 4;
    }

    /** The minimum of sub-block {@code s} (0..7). */
    static int min(byte[] bytes, int at, int s) {
        return s < 4 ? bytes[at + 4 + s] & 63 : bytes[at + 4 + s] >> 4 & 15 | (bytes[at + s] >> 6 & 3) << 4;
    }

    /** Stores the scale and the minimum (0..63) of sub-block {@code s}; call it for s = 0..7 in order. */
    private static void put(byte[] bytes, int at, int s, int scale, int min) {
        if (s < 4) {
            bytes[at + s] = (byte) scale;
            bytes[at + 4 + s] = (byte) min;
        } else {
            bytes[at + 4 + s] = (byte) (min << 4 | scale & 15);
            bytes[at + s - 4] |= (byte) (scale >> 4 << 6);
            bytes[at + s] |= (byte) (min >> 4 << 6);
        }
    }

    /**
     * Finds the scales and minimums of a super-block and writes them with d and dmin: the first 16 bytes of Q4_K and
     * Q5_K.
     *
     * @param search set up for sub-blocks of 32 with codes 0..{@code most}
     * @return the 256 codes
     */
    static byte[] encode(float[] values, int v, AffineSearch search, int most, byte[] bytes, int b) {
        byte[] codes = new byte[256];
        float[] scales = new float[8];
        float[] mins = new float[8];
        float largestScale = 0;
        float largestMin = 0;
        for (int s = 0; s < 8; s++) {
            int x = v + 32 * s;
            float squares = 0;
            for (int i = 0; i < 32; i++) {
                squares += values[x + i] * values[x + i];
            }
            float rootMeanSquare = (float) Math.sqrt(squares / 32);
            for (int i = 0; i < 32; i++) {
                search.weights[i] = rootMeanSquare + Math.abs(values[x + i]);
            }
            search.fit(values, x, codes, 32 * s);
            scales[s] = search.scale;
            mins[s] = search.minimum;
            largestScale = scales[s] > largestScale ? scales[s] : largestScale;
            largestMin = mins[s] > largestMin ? mins[s] : largestMin;
        }
        float scaleInverse = largestScale > 0 ? 63 / largestScale : 0;
        float minInverse = largestMin > 0 ? 63 / largestMin : 0;
        for (int s = 0; s < 8; s++) {
            put(bytes, b + 4, s, sixBits(scaleInverse * scales[s]), sixBits(minInverse * mins[s]));
        }
        LittleEndian.putHalf(bytes, b, largestScale / 63);
        LittleEndian.putHalf(bytes, b + 2, largestMin / 63);
        float d = LittleEndian.half(bytes, b);
        float dmin = LittleEndian.half(bytes, b + 2);
        for (int s = 0; s < 8; s++) {
            float scale = d * scale(bytes, b + 4, s);
            float min = dmin * min(bytes, b + 4, s);
            for (int i = 32 * s; scale != 0 && i < 32 * s + 32; i++) {
                codes[i] = (byte) Rounding.clamp(Rounding.nearestEven((values[v + i] + min) / scale), 0, most);
            }
        }
        return codes;
    }

    private static int sixBits(float x) {
        return Math.min(63, Rounding.nearestEven(x) & 0xff);
    }
}
