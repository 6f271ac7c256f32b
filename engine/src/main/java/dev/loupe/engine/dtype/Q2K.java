package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Two bits in a super-block of 256: sixteen sub-blocks of 16, whose scales and minimums take four bits each. 2.625 bits
 * a weight.
 *
 * <pre>
 *   byte   0 ... 15                 16 ... 79                                           80 81      82 83
 *          minimum[s] : scale[s]    x[i + 96] : x[i + 64] : x[i + 32] : x[i]            d          dmin
 *          high : low nibble        two bits each, 32 bytes (i = 0..31) for each 128    binary16   binary16
 *
 *   value i of sub-block s = d * scale[s] * q[i] - dmin * minimum[s]
 * </pre>
 *
 * <p>Source: {@code block_q2_K} of ggml. Invariant: decode multiplies in the order written above, in float32.
 */
public record Q2K() implements BlockFormat {
    @Override
    public String id() {
        return "q2_k";
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
        return 84;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        var search = new AffineSearch(16, 3, -0.5f, 15, true);
        byte[] codes = new byte[256];
        float[] scales = new float[16];
        float[] mins = new float[16];
        float largestScale = 0;
        float largestMin = 0;
        for (int s = 0; s < 16; s++) {
            for (int i = 0; i < 16; i++) {
                search.weights[i] = Math.abs(values[v + 16 * s + i]);
            }
            search.fit(values, v + 16 * s, codes, 16 * s);
            scales[s] = search.scale;
            mins[s] = search.minimum;
            largestScale = scales[s] > largestScale ? scales[s] : largestScale;
            largestMin = mins[s] > largestMin ? mins[s] : largestMin;
        }
        float scaleInverse = largestScale > 0 ? 15 / largestScale : 0;
        float minInverse = largestMin > 0 ? 15 / largestMin : 0;
        LittleEndian.putHalf(bytes, b + 80, largestScale / 15);
        LittleEndian.putHalf(bytes, b + 82, largestMin / 15);
        float d = LittleEndian.half(bytes, b + 80);
        float dmin = LittleEndian.half(bytes, b + 82);
        for (int s = 0; s < 16; s++) {
            int scaleCode = Rounding.nearestEven(scaleInverse * scales[s]);
            int minCode = Rounding.nearestEven(minInverse * mins[s]);
            bytes[b + s] = (byte) (minCode << 4 | scaleCode);
            float scale = d * (bytes[b + s] & 15);
            float min = dmin * (bytes[b + s] >> 4 & 15);
            for (int i = 16 * s; scale != 0 && i < 16 * s + 16; i++) {
                codes[i] = (byte) Rounding.clamp(Rounding.nearestEven((values[v + i] + min) / scale), 0, 3);
            }
        }
        putTwoBits(codes, bytes, b + 16);
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float d = LittleEndian.half(bytes, b + 80);
        float dmin = LittleEndian.half(bytes, b + 82);
        for (int s = 0; s < 16; s++) {
            float scale = d * (bytes[b + s] & 15);
            float min = dmin * (bytes[b + s] >> 4 & 15);
            int q = twoBitsOf(b + 16, s);
            int shift = shiftOf(s);
            for (int i = 0; i < 16; i++) {
                values[v + 16 * s + i] = scale * (bytes[q + i] >> shift & 3) - min;
            }
        }
    }

    /** Stores the lower two bits of 256 codes in 64 bytes, as drawn above. */
    static void putTwoBits(byte[] codes, byte[] bytes, int at) {
        for (int i = 0; i < 64; i++) {
            int c = i < 32 ? i : i + 96;
            bytes[at + i] =
                    (byte) (codes[c + 96] << 6 | (codes[c + 64] & 3) << 4 | (codes[c + 32] & 3) << 2 | codes[c] & 3);
        }
    }

    /** Where the sixteen bytes are that hold the codes of sub-block {@code s}, if the 64 bytes begin at {@code at}. */
    static int twoBitsOf(int at, int s) {
        return at + (s >> 3) * 32 + (s & 1) * 16;
    }

    /** How far the codes of sub-block {@code s} are shifted left in their bytes. */
    static int shiftOf(int s) {
        return s & 6;
    }
}
