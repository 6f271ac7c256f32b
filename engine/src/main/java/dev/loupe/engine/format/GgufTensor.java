package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.TensorInfo;

/**
 * Where a tensor lies in its GGUF file.
 *
 * @param name as in the file, for example {@code blk.0.attn_q.weight}
 * @param shape outermost first, the reverse of GGUF's order
 * @param dtype how its values are stored
 * @param offset of its first byte from the beginning of the file
 */
record GgufTensor(String name, Shape shape, DType dtype, long offset) {
    /** Shape and dtype. */
    TensorInfo info() {
        return new TensorInfo(shape, dtype);
    }

    /** Bytes it takes. */
    long bytes() {
        return info().bytes();
    }

    /** Offset behind its last byte. */
    long end() {
        return offset + bytes();
    }
}
