package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Five bits with a scale and a minimum for 32 values: GGUF's Q5_1. 6 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 3          4 5 6 7                 8            9            ...   23
 *          scale d      minimum m    fifth bits              q16 : q0     q17 : q1     ...   q31 : q15
 *          binary16     binary16     bit i belongs to q[i]   high nibble : low nibble        value i = d * q[i] + m
 * </pre>
 *
 * <p>Source: {@code block_q5_1} of ggml. Invariant: q = 0 is the smallest value and q = 31 the largest; blocks are
 * those of llama.cpp's reference quantiser bit for bit.
 */
public record AsymInt5() implements BlockFormat {
    @Override
    public String id() {
        return "asym_int5";
    }

    @Override
    public List<String> aliases() {
        return List.of("q5_1");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 24;
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
        float scale = (max - min) / 31;
        float inverse = BlockScale.inverse(scale);
        LittleEndian.putHalf(bytes, b, scale);
        LittleEndian.putHalf(bytes, b + 2, min);
        int fifthBits = 0;
        for (int i = 0; i < 16; i++) {
            int low = Math.min(31, (int) ((values[v + i] - min) * inverse + 0.5f));
            int high = Math.min(31, (int) ((values[v + 16 + i] - min) * inverse + 0.5f));
            bytes[b + 8 + i] = (byte) (high << 4 | low & 15);
            fifthBits |= low >> 4 << i | high >> 4 << i + 16;
        }
        LittleEndian.putInt32(bytes, b + 4, fifthBits);
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        float min = LittleEndian.half(bytes, b + 2);
        int fifthBits = LittleEndian.int32(bytes, b + 4);
        for (int i = 0; i < 16; i++) {
            int pair = bytes[b + 8 + i];
            values[v + i] = (pair & 15 | (fifthBits >> i & 1) << 4) * scale + min;
            values[v + 16 + i] = (pair >> 4 & 15 | (fifthBits >> i + 16 & 1) << 4) * scale + min;
        }
    }
}
