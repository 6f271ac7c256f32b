package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Four bits with a scale for 32 values, zero in the middle: GGUF's Q4_0. 4.5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2            3            ...   17
 *          scale d      q16 : q0     q17 : q1     ...   q31 : q15      (high nibble : low nibble)
 *          binary16     0..15                                          value i = d * (q[i] - 8)
 * </pre>
 *
 * <p>Source: {@code block_q4_0} of ggml. Invariant: the value of largest magnitude gets q = 0, that is -8, so d has the
 * opposite sign of it; blocks are those of llama.cpp's reference quantiser bit for bit.
 */
public record SymInt4() implements BlockFormat {
    @Override
    public String id() {
        return "sym_int4";
    }

    @Override
    public List<String> aliases() {
        return List.of("q4_0");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 18;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float scale = BlockScale.signedLargest(values, v, 32) / -8;
        float inverse = BlockScale.inverse(scale);
        LittleEndian.putHalf(bytes, b, scale);
        for (int i = 0; i < 16; i++) {
            int low = Math.min(15, (int) (values[v + i] * inverse + 8.5f));
            int high = Math.min(15, (int) (values[v + 16 + i] * inverse + 8.5f));
            bytes[b + 2 + i] = (byte) (high << 4 | low);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 16; i++) {
            int pair = bytes[b + 2 + i];
            values[v + i] = ((pair & 15) - 8) * scale;
            values[v + 16 + i] = ((pair >> 4 & 15) - 8) * scale;
        }
    }
}
