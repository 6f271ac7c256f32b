package dev.loupe.engine.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A dtype whose values share a scale within a block: it defines one block in a byte array, this walks over many.
 *
 * <p>Bytes go through a small array because scalar access to a segment costs a check a byte.
 */
sealed interface BlockFormat extends DType
        permits SymInt8,
                Fp8E4M3,
                Fp8E5M2,
                MxFp8,
                Q6K,
                Fp6E2M3,
                Fp6E3M2,
                MxFp6,
                AsymInt5,
                SymInt5,
                Q5K,
                AsymInt4,
                SymInt4,
                Q4K,
                Fp4,
                Nf4,
                MxFp4,
                Q3K,
                Nf3,
                Q2K {
    /** Bytes copied at a time. */
    int CHUNK = 8192;

    /** Encodes {@code values[v..]} as the block at {@code bytes[b..]}, of which every byte is written. */
    void encodeBlock(float[] values, int v, byte[] bytes, int b);

    /** Decodes the block at {@code bytes[b..]} to {@code values[v..]}. */
    void decodeBlock(byte[] bytes, int b, float[] values, int v);

    @Override
    default void encode(float[] source, int sourceOffset, MemorySegment target, long targetOffset, int elements) {
        int blocks = blocks(elements);
        byte[] bytes = new byte[Math.min(blocks, CHUNK / blockBytes()) * blockBytes()];
        int v = sourceOffset;
        long t = targetOffset;
        for (long left = (long) blocks * blockBytes(); left > 0; ) {
            int n = (int) Math.min(left, bytes.length);
            for (int b = 0; b < n; b += blockBytes(), v += blockElements()) {
                encodeBlock(source, v, bytes, b);
            }
            MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, t, n);
            t += n;
            left -= n;
        }
    }

    @Override
    default void decode(MemorySegment source, long sourceOffset, float[] target, int targetOffset, int elements) {
        int blocks = blocks(elements);
        byte[] bytes = new byte[Math.min(blocks, CHUNK / blockBytes()) * blockBytes()];
        int v = targetOffset;
        long s = sourceOffset;
        for (long left = (long) blocks * blockBytes(); left > 0; ) {
            int n = (int) Math.min(left, bytes.length);
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, s, bytes, 0, n);
            for (int b = 0; b < n; b += blockBytes(), v += blockElements()) {
                decodeBlock(bytes, b, target, v);
            }
            s += n;
            left -= n;
        }
    }

    private int blocks(int elements) {
        if (elements % blockElements() != 0) {
            throw new IllegalArgumentException(
                    "%d values do not divide into blocks of %d (%s)".formatted(elements, blockElements(), id()));
        }
        return elements / blockElements();
    }
}
