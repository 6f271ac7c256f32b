package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Five bits with a scale for 32 values, zero in the middle: GGUF's Q5_0. 5.5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 3 4 5                 6            7            ...   21
 *          scale d      fifth bits              q16 : q0     q17 : q1     ...   q31 : q15     (lower four bits)
 *          binary16     bit i belongs to q[i]   high nibble : low nibble        value i = d * (q[i] - 16)
 * </pre>
 *
 * <p>Source: {@code block_q5_0} of ggml. Invariant: the value of largest magnitude gets q = 0, that is -16; blocks are
 * those of llama.cpp's reference quantiser bit for bit.
 */
public record SymInt5() implements BlockFormat {
    @Override
    public String id() {
        return "sym_int5";
    }

    @Override
    public List<String> aliases() {
        return List.of("q5_0");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 22;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float scale = BlockScale.signedLargest(values, v, 32) / -16;
        float inverse = BlockScale.inverse(scale);
        LittleEndian.putHalf(bytes, b, scale);
        int fifthBits = 0;
        for (int i = 0; i < 16; i++) {
            int low = Math.min(31, (int) (values[v + i] * inverse + 16.5f));
            int high = Math.min(31, (int) (values[v + 16 + i] * inverse + 16.5f));
            bytes[b + 6 + i] = (byte) (high << 4 | low & 15);
            fifthBits |= low >> 4 << i | high >> 4 << i + 16;
        }
        LittleEndian.putInt32(bytes, b + 2, fifthBits);
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        int fifthBits = LittleEndian.int32(bytes, b + 2);
        for (int i = 0; i < 16; i++) {
            int pair = bytes[b + 6 + i];
            values[v + i] = ((pair & 15 | (fifthBits >> i & 1) << 4) - 16) * scale;
            values[v + 16 + i] = ((pair >> 4 & 15 | (fifthBits >> i + 16 & 1) << 4) - 16) * scale;
        }
    }
}
