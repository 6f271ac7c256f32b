package dev.loupe.engine.dtype;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * bfloat16: the upper half of a binary32, so its range with 7 bits of mantissa. 16 bits a weight.
 *
 * <pre>
 *   byte 1     byte 0
 *   seeeeeee   emmmmmmm
 * </pre>
 *
 * <p>Source: bfloat16 of the BFLOAT16 Hardware Numerics Definition (Intel, 2018). Invariant: rounds to nearest, ties to
 * even; a NaN stays a NaN and becomes quiet, subnormals are kept.
 */
public record Bf16() implements DType {
    private static final int CHUNK = 4096;

    @Override
    public String id() {
        return "bf16";
    }

    @Override
    public List<String> aliases() {
        return List.of();
    }

    @Override
    public int blockElements() {
        return 1;
    }

    @Override
    public int blockBytes() {
        return 2;
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long targetOffset, int elements) {
        short[] chunk = new short[Math.min(elements, CHUNK)];
        for (int i = 0; i < elements; i += CHUNK) {
            int n = Math.min(CHUNK, elements - i);
            for (int j = 0; j < n; j++) {
                chunk[j] = round(source[sourceOffset + i + j]);
            }
            MemorySegment.copy(chunk, 0, target, LittleEndian.SHORT, targetOffset + 2L * i, n);
        }
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, float[] target, int targetOffset, int elements) {
        short[] chunk = new short[Math.min(elements, CHUNK)];
        for (int i = 0; i < elements; i += CHUNK) {
            int n = Math.min(CHUNK, elements - i);
            MemorySegment.copy(source, LittleEndian.SHORT, sourceOffset + 2L * i, chunk, 0, n);
            for (int j = 0; j < n; j++) {
                target[targetOffset + i + j] = Float.intBitsToFloat(chunk[j] << 16);
            }
        }
    }

    private static short round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
