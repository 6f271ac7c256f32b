package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes keys and values to the pages of a cache, in the pages' dtypes. */
final class CacheRows {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private CacheRows() {}

    /** Stores tokens {@code from} to {@code to} of keys and values (tokens, kvHeads, headDim). */
    static void store(
            MemorySegment keys,
            MemorySegment values,
            KvView cache,
            AttentionSpec spec,
            int firstPosition,
            int from,
            int to) {
        int dim = spec.headDim();
        int pageTokens = cache.pageTokens();
        float[] row = WorkSpace.ofThread().head(dim);
        for (int t = from; t < to; t++) {
            int position = cache.slots().of(firstPosition + t);
            Tensor keyPage = cache.keys().get(position / pageTokens);
            Tensor valuePage = cache.values().get(position / pageTokens);
            int slot = position % pageTokens;
            for (int h = 0; h < spec.kvHeads(); h++) {
                long source = 4L * ((long) t * spec.kvHeads() + h) * dim;
                MemorySegment.copy(keys, FLOAT, source, row, 0, dim);
                if (KvView.byDimension(keyPage.dtype())) {
                    column(row, keyPage, (long) h * dim * pageTokens + slot, pageTokens);
                } else {
                    row(row, keyPage, ((long) h * pageTokens + slot) * dim);
                }
                MemorySegment.copy(values, FLOAT, source, row, 0, dim);
                row(row, valuePage, ((long) h * pageTokens + slot) * dim);
            }
        }
    }

    private static void row(float[] row, Tensor page, long index) {
        DType dtype = page.dtype();
        dtype.encode(row, 0, page.data(), dtype.bytes(index), row.length);
    }

    /** Every {@code stride}-th value of the page from {@code index} on. */
    private static void column(float[] row, Tensor page, long index, int stride) {
        MemorySegment data = page.data();
        switch (page.dtype()) {
            case Fp32 f -> {
                long at = 4 * index;
                for (float value : row) {
                    data.set(FLOAT, at, value);
                    at += 4L * stride;
                }
            }
            case Fp16 h -> {
                long at = 2 * index;
                for (float value : row) {
                    data.set(SHORT, at, Float.floatToFloat16(value));
                    at += 2L * stride;
                }
            }
            case DType other -> {
                for (int d = 0; d < row.length; d++) {
                    other.encode(row, d, data, other.bytes(index + (long) d * stride), 1);
                }
            }
        }
    }
}
