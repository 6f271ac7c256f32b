package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Four bits with a scale and a minimum for 32 values: GGUF's Q4_1. 5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 3          4            5            ...   19
 *          scale d      minimum m    q16 : q0     q17 : q1     ...   q31 : q15     (high nibble : low nibble)
 *          binary16     binary16     0..15                                         value i = d * q[i] + m
 * </pre>
 *
 * <p>Source: {@code block_q4_1} of ggml. Invariant: q = 0 is the smallest value and q = 15 the largest; blocks are
 * those of llama.cpp's reference quantiser bit for bit.
 */
public record AsymInt4() implements BlockFormat {
    @Override
    public String id() {
        return "asym_int4";
    }

    @Override
    public List<String> aliases() {
        return List.of("q4_1");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 20;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float min = Float.MAX_VALUE;
        float max = -Float.MAX_VALUE;
        for (int i = 0; i < 32; i++) {
            float x = values[v + i];
            min = x < min ? x : min;
            max = x > max ? x : max;
        }
        float scale = (max - min) / 15;
        float inverse = BlockScale.inverse(scale);
        LittleEndian.putHalf(bytes, b, scale);
        LittleEndian.putHalf(bytes, b + 2, min);
        for (int i = 0; i < 16; i++) {
            int low = Math.min(15, (int) ((values[v + i] - min) * inverse + 0.5f));
            int high = Math.min(15, (int) ((values[v + 16 + i] - min) * inverse + 0.5f));
            bytes[b + 4 + i] = (byte) (high << 4 | low);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        float min = LittleEndian.half(bytes, b + 2);
        for (int i = 0; i < 16; i++) {
            int pair = bytes[b + 4 + i];
            values[v + i] = (pair & 15) * scale + min;
            values[v + 16 + i] = (pair >> 4 & 15) * scale + min;
        }
    }
}
