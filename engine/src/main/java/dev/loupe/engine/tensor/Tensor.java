package dev.loupe.engine.tensor;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;

/**
 * Numbers with a shape, stored as a dtype in memory that someone else owns (a mapped file, an arena, a device).
 *
 * <p>Row-major and contiguous. Invariant: {@code data} holds at least the bytes that shape and dtype need.
 *
 * @param data only the backend that gave it may read or write it, for it can be a {@link DeviceAddress}
 */
public record Tensor(Shape shape, DType dtype, MemorySegment data) {
    public Tensor {
        if (shape.rank() > 0 && shape.columns() % dtype.blockElements() != 0) {
            throw new IllegalArgumentException("rows of %d values do not divide into blocks of %d (%s)"
                    .formatted(shape.columns(), dtype.blockElements(), dtype.id()));
        }
        if (data.byteSize() < dtype.bytes(shape.elements())) {
            throw new IllegalArgumentException("a %s tensor of shape %s needs %d bytes, %d given"
                    .formatted(dtype.id(), shape, dtype.bytes(shape.elements()), data.byteSize()));
        }
    }

    /** Shape and dtype. */
    public TensorInfo info() {
        return new TensorInfo(shape, dtype);
    }

    /** Bytes that the values take. */
    public long bytes() {
        return dtype.bytes(shape.elements());
    }

    /** Bytes of one row. */
    public long rowBytes() {
        return dtype.bytes(shape.columns());
    }

    /** The same values in another shape of as many elements. */
    public Tensor reshaped(Shape other) {
        if (other.elements() != shape.elements()) {
            throw new IllegalArgumentException("%s cannot be seen as %s".formatted(shape, other));
        }
        return new Tensor(other, dtype, data);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) as a tensor of shape (to - from, columns), in place. */
    public Tensor rows(long from, long to) {
        return new Tensor(
                new Shape(to - from, shape.columns()),
                dtype,
                data.asSlice(from * rowBytes(), (to - from) * rowBytes()));
    }
}
