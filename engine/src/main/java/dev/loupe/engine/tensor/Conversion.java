package dev.loupe.engine.tensor;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;

/** Rows of a tensor in another dtype: decoded and encoded again, or copied where the dtype is the same. */
public final class Conversion {
    private Conversion() {}

    /**
     * Converts rows {@code from} (inclusive) to {@code to} (exclusive) into {@code target}, one after the other.
     *
     * @param row work space of at least {@code source.shape().columns()} values
     */
    public static void rows(Tensor source, long from, long to, DType dtype, MemorySegment target, float[] row) {
        long sourceBytes = source.rowBytes();
        if (dtype.equals(source.dtype())) {
            MemorySegment.copy(source.data(), from * sourceBytes, target, 0, (to - from) * sourceBytes);
            return;
        }
        int columns = Math.toIntExact(source.shape().columns());
        long targetBytes = dtype.bytes(columns);
        for (long r = from; r < to; r++) {
            source.dtype().decode(source.data(), r * sourceBytes, row, 0, columns);
            dtype.encode(row, 0, target, (r - from) * targetBytes, columns);
        }
    }

    /** A vector or a small tensor as floats. */
    public static float[] floats(Tensor source) {
        var values = new float[Math.toIntExact(source.shape().elements())];
        source.dtype().decode(source.data(), 0, values, 0, values.length);
        return values;
    }
}
