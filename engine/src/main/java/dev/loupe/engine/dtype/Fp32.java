package dev.loupe.engine.dtype;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * IEEE 754 binary32, as it is. 32 bits a weight.
 *
 * <pre>
 *   byte 3     byte 2     byte 1     byte 0
 *   seeeeeee   emmmmmmm   mmmmmmmm   mmmmmmmm
 * </pre>
 *
 * <p>Invariant: encode and decode keep every bit, NaN payloads included.
 */
public record Fp32() implements DType {
    @Override
    public String id() {
        return "fp32";
    }

    @Override
    public List<String> aliases() {
        return List.of("f32");
    }

    @Override
    public int blockElements() {
        return 1;
    }

    @Override
    public int blockBytes() {
        return 4;
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long targetOffset, int elements) {
        MemorySegment.copy(source, sourceOffset, target, LittleEndian.FLOAT, targetOffset, elements);
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, float[] target, int targetOffset, int elements) {
        MemorySegment.copy(source, LittleEndian.FLOAT, sourceOffset, target, targetOffset, elements);
    }
}
