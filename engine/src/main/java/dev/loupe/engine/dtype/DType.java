package dev.loupe.engine.dtype;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * How the numbers of a tensor are stored: a row is cut into blocks of {@link #blockElements()} values, each stored in
 * {@link #blockBytes()} bytes.
 *
 * <p>This is the only definition of the bytes. Encode and decode are scalar and plain; backends have their own kernels
 * and are checked against these. Rows are stored one after the other; a row's length is a multiple of the block.
 */
public sealed interface DType permits Fp32, Fp16, Bf16, BlockFormat {
    /** The name used everywhere, for example {@code sym_int4}. */
    String id();

    /** Other names accepted, for example {@code q4_0}. */
    List<String> aliases();

    /** Values in a block. */
    int blockElements();

    /** Bytes of a block. */
    int blockBytes();

    /**
     * Encodes values, rounding as the format's reference quantiser does.
     *
     * @param source values from {@code sourceOffset}
     * @param target bytes written from {@code targetOffset}
     * @param elements a multiple of {@link #blockElements()}
     */
    void encode(float[] source, int sourceOffset, MemorySegment target, long targetOffset, int elements);

    /**
     * Decodes values to float32 exactly.
     *
     * @param source bytes from {@code sourceOffset}
     * @param target values written from {@code targetOffset}
     * @param elements a multiple of {@link #blockElements()}
     */
    void decode(MemorySegment source, long sourceOffset, float[] target, int targetOffset, int elements);

    /** Bytes of {@code elements} values, a multiple of the block. */
    default long bytes(long elements) {
        return elements / blockElements() * blockBytes();
    }
}
