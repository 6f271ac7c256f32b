package dev.loupe.engine.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Sizes of a tensor's dimensions, outermost first (row-major), so {@code (rows, columns)} as in Hugging Face. */
public record Shape(long... sizes) {
    public Shape {
        sizes = sizes.clone();
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("negative size in shape " + Arrays.toString(sizes));
            }
        }
    }

    /** Number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /** Size of dimension {@code i}; negative counts from the innermost, as in {@code at(-1)}. */
    public long at(int i) {
        return sizes[i < 0 ? sizes.length + i : i];
    }

    /** Product of all sizes. */
    public long elements() {
        long n = 1;
        for (long size : sizes) {
            n = Math.multiplyExact(n, size);
        }
        return n;
    }

    /** Size of the innermost dimension: the length of a row. */
    public long columns() {
        return at(-1);
    }

    /** Number of rows: all elements over {@link #columns()}. */
    public long rows() {
        return columns() == 0 ? 0 : elements() / columns();
    }

    @Override
    public long[] sizes() {
        return sizes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(" x ", "(", ")"));
    }
}
