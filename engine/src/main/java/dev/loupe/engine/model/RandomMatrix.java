package dev.loupe.engine.model;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.HostMemory;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * A matrix to measure with: values of one normally distributed pattern, again and again.
 *
 * <p>Invariant: never zeros, which a GPU multiplies with less power and so faster.
 */
public final class RandomMatrix {
    private static final int PATTERN = 1 << 13;
    private static final double DEVIATION = 0.02;

    private RandomMatrix() {}

    /** Of (rows, columns), on a backend; the caller closes it. */
    public static Weight of(Backend backend, DType dtype, int rows, int columns) {
        try (var memory = new HostMemory(bytes -> {})) {
            long bytes = dtype.bytes((long) rows * columns);
            MemorySegment data = memory.allocate(bytes);
            int elements = (int) Math.min((long) rows * columns, PATTERN);
            long known = dtype.bytes(elements);
            data.asSlice(0, known).copyFrom(pattern(dtype, elements));
            for (; known < bytes; known *= 2) {
                long more = Math.min(known, bytes - known);
                data.asSlice(known, more).copyFrom(data.asSlice(0, more));
            }
            return backend.weight(new Tensor(new Shape(rows, columns), dtype, data), dtype);
        }
    }

    private static MemorySegment pattern(DType dtype, int elements) {
        var bytes = new byte[Math.toIntExact(dtype.bytes(elements))];
        dtype.encode(values(elements), 0, MemorySegment.ofArray(bytes), 0, elements);
        return MemorySegment.ofArray(bytes);
    }

    /** As many values of the distribution. */
    public static float[] values(int count) {
        var random = new Random(count);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * DEVIATION);
        }
        return values;
    }
}
