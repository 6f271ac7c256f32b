package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Signed bytes with a scale for 32 of them: GGUF's Q8_0. 8.5 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 3 4 ... 33
 *          scale d      q0 q1 ... q31        value i = d * q[i]
 *          binary16     int8, -127..127
 * </pre>
 *
 * <p>Source: {@code block_q8_0} of ggml. Invariant: d = max|x| / 127 and ties round away from zero, in float32, so that
 * blocks are those of llama.cpp's reference quantiser bit for bit.
 */
public record SymInt8() implements BlockFormat {
    @Override
    public String id() {
        return "sym_int8";
    }

    @Override
    public List<String> aliases() {
        return List.of("q8_0");
    }

    @Override
    public int blockElements() {
        return 32;
    }

    @Override
    public int blockBytes() {
        return 34;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float scale = BlockScale.largest(values, v, 32) / 127;
        float inverse = BlockScale.inverse(scale);
        LittleEndian.putHalf(bytes, b, scale);
        for (int i = 0; i < 32; i++) {
            bytes[b + 2 + i] = (byte) Rounding.nearestAway(values[v + i] * inverse);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 32; i++) {
            values[v + i] = bytes[b + 2 + i] * scale;
        }
    }
}
