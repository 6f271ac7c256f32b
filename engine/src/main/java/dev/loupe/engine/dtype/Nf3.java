package dev.loupe.engine.dtype;

import java.util.Arrays;
import java.util.List;

/**
 * Eight levels at quantiles of a normal distribution, with a scale for 64 values. 3.25 bits a weight.
 *
 * <pre>
 *   byte   0 1          2 ... 17                                  18 ... 25
 *          scale d      q[i + 48] : q[i + 32] : q[i + 16] : q[i]    third bits: bit i of the 64 is for q[i]
 *          binary16     lower two bits, i = 0..15                 little-endian, value i = d * LEVELS[q[i]]
 * </pre>
 *
 * <p>Source: the rule of NF4 in QLoRA (arXiv:2305.14314, appendix E) for three bits: with p = (1 - 1/14 + 1 - 1/16) /
 * 2, four positive levels at the normal quantiles of p + i (0.5 - p) / 4, three negative ones of p + i (0.5 - p) / 3,
 * and zero, over the largest. Invariant: level 3 is exactly zero, 0 is -1 and 7 is 1; d is max|x|, rounded up; a value
 * in the middle of two levels takes the lower; a block with a NaN decodes to NaN.
 */
public record Nf3() implements BlockFormat {
    static final Codebook LEVELS =
            Codebook.of(-1f, -0.53502274f, -0.24693143f, 0f, 0.18333748f, 0.38199395f, 0.6229857f, 1f);

    /** The value of each code before it is scaled. */
    public static float[] levels() {
        return LEVELS.levels().clone();
    }

    @Override
    public String id() {
        return "nf3";
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
        return 26;
    }

    @Override
    public void encodeBlock(float[] values, int v, byte[] bytes, int b) {
        float inverse = BlockScale.inverse(BlockScale.putHalfUp(bytes, b, BlockScale.largest(values, v, 64)));
        Arrays.fill(bytes, b + 2, b + 26, (byte) 0);
        for (int i = 0; i < 64; i++) {
            int q = LEVELS.encode(values[v + i] * inverse);
            bytes[b + 2 + (i & 15)] |= (byte) ((q & 3) << (i >> 4 << 1));
            bytes[b + 18 + (i >> 3)] |= (byte) (q >> 2 << (i & 7));
        }
    }

    @Override
    public void decodeBlock(byte[] bytes, int b, float[] values, int v) {
        float scale = LittleEndian.half(bytes, b);
        for (int i = 0; i < 64; i++) {
            int lower = bytes[b + 2 + (i & 15)] >> (i >> 4 << 1) & 3;
            int third = bytes[b + 18 + (i >> 3)] >> (i & 7) & 1;
            values[v + i] = LEVELS.value(third << 2 | lower) * scale;
        }
    }
}
