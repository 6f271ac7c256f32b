package dev.loupe.engine.dtype;

import java.util.List;

/**
 * Sixteen levels at quantiles of a normal distribution, with a scale for 64 values. 4.25 bits a weight.
 *
 * <pre>
 *   byte   0 1          2            3            ...   33
 *          scale d      q32 : q0     q33 : q1     ...   q63 : q31      (high nibble : low nibble)
 *          binary16     0..15                                          value i = d * LEVELS[q[i]]
 * </pre>
 *
 * <p>Source: NF4 of QLoRA (arXiv:2305.14314, appendix E), with its block of 64 and without its double quantisation.
 * Invariant: level 7 is exactly zero, 0 is -1 and 15 is 1; d is the one of {@link LevelSearch}, around max|x|, where
 * QLoRA takes max|x| itself; a value in the middle of two levels takes the lower; a block with a NaN decodes to NaN.
 */
public record Nf4() implements BlockFormat {
    static final Codebook LEVELS = Codebook.of(
            -1f,
            -0.6961928009986877f,
            -0.5250730514526367f,
            -0.39491748809814453f,
            -0.28444138169288635f,
            -0.18477343022823334f,
            -0.09105003625154495f,
            0f,
            0.07958029955625534f,
            0.16093020141124725f,
            0.24611230194568634f,
            0.33791524171829224f,
            0.44070982933044434f,
            0.5626170039176941f,
            0.7229568362236023f,
            1f);

    /** The value of each code before it is scaled. */
    public static float[] levels() {
        return LEVELS.levels().clone();
    }

    @Override
    public String id() {
        return "nf4";
    }

    @Override
    public List<String> aliases() {
        return List.of();
    }

    @Override
    public int blockElements() {
        return 64;
    }

    @Override
    public int blockBytes() {
        return 34;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float inverse = LevelSearch.putScale(bytes, b, values, v, 64, LEVELS);
        for (int i = 0; i < 32; i++) {
            int low = LEVELS.encode(values[v + i] * inverse);
            int high = LEVELS.encode(values[v + 32 + i] * inverse);
            bytes[b + 2 + i] = (byte) (high << 4 | low);
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 32; i++) {
            int pair = bytes[b + 2 + i];
            values[v + i] = LEVELS.value(pair) * scale;
            values[v + 32 + i] = LEVELS.value(pair >> 4) * scale;
        }
    }
}
