package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Microscaling four-bit floats: 32 of them share a power of two; GGUF's MXFP4. 4.25 bits a weight.
 *
 * <pre>
 *   byte   0            1            2            ...   16
 *          exponent e   q16 : q0     q17 : q1     ...   q31 : q15      (high nibble : low nibble)
 *          E8M0         s ee m                                         value i = 2^(e - 127) * E2M1(q[i])
 *
 *   E2M1   0  0.5  1  1.5  2  3  4  6  and their negatives
 * </pre>
 *
 * <p>Source: OCP Microscaling Formats (MX) v1.0; {@code block_mxfp4} of ggml. Invariant: blocks are those of
 * llama.cpp's reference quantiser bit for bit, so a value in the middle of two codes takes the one nearer zero, where
 * OCP has ties to even, and there is no negative zero; e = 255 is NaN, as in OCP.
 */
public record MxFp4() implements BlockFormat {
    /** The largest exponent of E2M1: 6 = 1.5 * 2^2. */
    private static final int ELEMENT_EXPONENT = 2;

    private static final double LOG_2 = Math.log(2);

    private static final Codebook MAGNITUDES = Codebook.of(0, 0.5f, 1, 1.5f, 2, 3, 4, 6);

    private static final float[] VALUES = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, 0, -0.5f, -1, -1.5f, -2, -3, -4, -6};

    /** The value of each code before it is scaled. */
    public static float[] levels() {
        return VALUES.clone();
    }

    @Override
    public String id() {
        return "mxfp4";
    }

    @Override
    public List<String> aliases() {
        return List.of("mxfp4_e2m1");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 17;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float largest = BlockScale.largest(values, v, 32);
        bytes[b] = BlockScale.e8m0(largest, log2(largest) - ELEMENT_EXPONENT);
        float inverse = 1 / BlockScale.e8m0(bytes[b]);
        for (int i = 0; i < 16; i++) {
            int low = nearest(values[v + i] * inverse);
            int high = nearest(values[v + 16 + i] * inverse);
            bytes[b + 1 + i] = (byte) (high << 4 | low);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = BlockScale.e8m0(bytes[b]);
        for (int i = 0; i < 16; i++) {
            int pair = bytes[b + 1 + i];
            values[v + i] = VALUES[pair & 15] * scale;
            values[v + 16 + i] = VALUES[pair >> 4 & 15] * scale;
        }
    }

    /**
     * Floor of the logarithm rounded to float32: one more than the exponent just under some powers of two, as in ggml.
     */
    private static int log2(float x) {
        return (int) Math.clamp(Math.floor((float) (Math.log(x) / LOG_2)), -149, 127);
    }

    private static int nearest(float x) {
        int code = MAGNITUDES.encode(Math.abs(x));
        return code != 0 && x < 0 ? code | 8 : code;
    }
}
