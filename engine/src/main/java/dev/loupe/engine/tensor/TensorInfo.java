package dev.loupe.engine.tensor;

import dev.loupe.engine.dtype.DType;

/**
 * What is known of a tensor without touching its bytes.
 *
 * @param shape outermost first
 * @param dtype how its values are stored
 */
public record TensorInfo(Shape shape, DType dtype) {
    /** Bytes that the values take. */
    public long bytes() {
        return dtype.bytes(shape.elements());
    }
}
