package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A cache's pages in this machine's memory, read and written slot by slot: the layout that {@link KvView} tells of, in
 * code.
 */
public final class HostPages {
    private final KvView cache;
    private final AttentionSpec spec;
    private final boolean keysByDimension;

    public HostPages(KvView cache, AttentionSpec spec) {
        this.cache = cache;
        this.spec = spec;
        keysByDimension = KvView.byDimension(KvView.dtype(cache.keys()));
    }

    /** The key in a slot, (headDim). */
    float[] key(int kvHead, int slot) {
        Tensor page = cache.keys().get(slot / cache.pageTokens());
        if (!keysByDimension) {
            return row(page, kvHead, slot);
        }
        var key = new float[spec.headDim()];
        for (int d = 0; d < key.length; d++) {
            page.dtype().decode(page.data(), page.dtype().bytes(byDimension(kvHead, d, slot)), key, d, 1);
        }
        return key;
    }

    /** The value in a slot, (headDim). */
    float[] value(int kvHead, int slot) {
        return row(cache.values().get(slot / cache.pageTokens()), kvHead, slot);
    }

    private float[] row(Tensor page, int kvHead, int slot) {
        var row = new float[spec.headDim()];
        page.dtype().decode(page.data(), page.dtype().bytes(bySlot(kvHead, slot)), row, 0, row.length);
        return row;
    }

    void writeKey(int kvHead, int slot, float[] key) {
        Tensor page = cache.keys().get(slot / cache.pageTokens());
        if (!keysByDimension) {
            page.dtype().encode(key, 0, page.data(), page.dtype().bytes(bySlot(kvHead, slot)), key.length);
            return;
        }
        for (int d = 0; d < key.length; d++) {
            page.dtype().encode(key, d, page.data(), page.dtype().bytes(byDimension(kvHead, d, slot)), 1);
        }
    }

    void writeValue(int kvHead, int slot, float[] value) {
        Tensor page = cache.values().get(slot / cache.pageTokens());
        page.dtype().encode(value, 0, page.data(), page.dtype().bytes(bySlot(kvHead, slot)), value.length);
    }

    /** {@link Ops#moveSlots} of the cache's bytes as they are. */
    public void move(int[][] slots, KvView to) {
        var target = new HostPages(to, spec);
        for (int h = 0; h < slots.length; h++) {
            for (int s = 0; s < slots[h].length; s++) {
                int slot = slots[h][s];
                Tensor keys = cache.keys().get(slot / cache.pageTokens());
                Tensor newKeys = to.keys().get(s / to.pageTokens());
                if (keysByDimension) {
                    for (int d = 0; d < spec.headDim(); d++) {
                        copy(keys, byDimension(h, d, slot), newKeys, target.byDimension(h, d, s), 1);
                    }
                } else {
                    copy(keys, bySlot(h, slot), newKeys, target.bySlot(h, s), spec.headDim());
                }
                Tensor values = cache.values().get(slot / cache.pageTokens());
                copy(
                        values,
                        bySlot(h, slot),
                        to.values().get(s / to.pageTokens()),
                        target.bySlot(h, s),
                        spec.headDim());
            }
        }
    }

    private static void copy(Tensor from, long index, Tensor to, long toIndex, int elements) {
        DType dtype = from.dtype();
        MemorySegment.copy(from.data(), dtype.bytes(index), to.data(), dtype.bytes(toIndex), dtype.bytes(elements));
    }

    /** {@link Ops#keyBounds}. */
    public float[] keyBounds(int block, int from, int to) {
        int dim = spec.headDim();
        var bounds = new float[(to - from) * spec.kvHeads() * 2 * dim];
        for (int b = from, at = 0; b < to; b++) {
            for (int h = 0; h < spec.kvHeads(); h++, at += 2 * dim) {
                Arrays.fill(bounds, at, at + dim, Float.POSITIVE_INFINITY);
                Arrays.fill(bounds, at + dim, at + 2 * dim, Float.NEGATIVE_INFINITY);
                for (int slot = b * block; slot < (b + 1) * block; slot++) {
                    float[] key = key(h, slot);
                    for (int d = 0; d < dim; d++) {
                        bounds[at + d] = Math.min(bounds[at + d], key[d]);
                        bounds[at + dim + d] = Math.max(bounds[at + dim + d], key[d]);
                    }
                }
            }
        }
        return bounds;
    }

    /** Index in a page of (kvHeads, headDim, pageTokens). */
    private long byDimension(int kvHead, int d, int slot) {
        return ((long) kvHead * spec.headDim() + d) * cache.pageTokens() + slot % cache.pageTokens();
    }

    /** Index in a page of (kvHeads, pageTokens, headDim). */
    private long bySlot(int kvHead, int slot) {
        return ((long) kvHead * cache.pageTokens() + slot % cache.pageTokens()) * spec.headDim();
    }
}
