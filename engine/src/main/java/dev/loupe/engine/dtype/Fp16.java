package dev.loupe.engine.dtype;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * IEEE 754 binary16: 5 exponent bits, 10 of mantissa. 16 bits a weight.
 *
 * <pre>
 *   byte 1     byte 0
 *   seeeeemm   mmmmmmmm      largest 65504, smallest normal 2^-14, smallest subnormal 2^-24
 * </pre>
 *
 * <p>Invariant: rounds to nearest, ties to even; a finite value from 65520 on becomes infinite, as IEEE 754 asks.
 */
public record Fp16() implements DType {
    private static final int CHUNK = 4096;

    @Override
    public String id() {
        return "fp16";
    }

    @Override
    public List<String> aliases() {
        return List.of("f16");
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
                chunk[j] = Float.floatToFloat16(source[sourceOffset + i + j]);
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
                target[targetOffset + i + j] = Float.float16ToFloat(chunk[j]);
            }
        }
    }
}
