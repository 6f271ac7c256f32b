package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes keys and values to the pages of a cache. */
final class CacheRows {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

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
        for (int t = from; t < to; t++) {
            int position = firstPosition + t;
            MemorySegment keyPage = cache.keys().get(position / pageTokens).data(); // (kvHeads, headDim, pageTokens)
            MemorySegment valuePage =
                    cache.values().get(position / pageTokens).data(); // (kvHeads, pageTokens, headDim)
            int slot = position % pageTokens;
            for (int h = 0; h < spec.kvHeads(); h++) {
                long source = 4L * ((long) t * spec.kvHeads() + h) * dim;
                long key = 4L * ((long) h * dim * pageTokens + slot);
                for (int d = 0; d < dim; d++) {
                    keyPage.set(FLOAT, key + 4L * d * pageTokens, keys.get(FLOAT, source + 4L * d));
                }
                MemorySegment.copy(values, source, valuePage, 4L * ((long) h * pageTokens + slot) * dim, 4L * dim);
            }
        }
    }
}
