package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * {@value Visible#KEYS} slots of a cache as floats: what all kinds of pages are decoded to, once for all queries that
 * share it.
 *
 * <p>Invariant: keys that lie by dimension are read a page at a time, as far as the page is used, in the order in which
 * they lie, which is what CPUs prefetch; what was read serves all of the page's tiles.
 */
final class CacheTile {
    private static final int KEYS = Visible.KEYS;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private static final long NONE = -1;

    /** Slots that lie idle between dimensions: at a power of two all of a tile's lines would share a few places. */
    private static final int PADDING = 16;

    private KvView cache;
    private AttentionSpec spec;
    private final Floats keys = new Floats(); // (headDim, keyStride)
    private int keyStride;
    private int keyAt;
    private long loaded; // page and head whose keys are there
    private int loadedFrom; // slots of that page
    private int loadedTo;
    private final Floats values = new Floats(); // (KEYS, headDim)
    private float[] row = {};

    /** Turns to a cache; the arrays stay where heads are as wide as before. Returns this. */
    CacheTile over(KvView cache, AttentionSpec spec) {
        this.cache = cache;
        this.spec = spec;
        loaded = NONE;
        keyStride = KvView.byDimension(KvView.dtype(cache.keys())) ? cache.pageTokens() + PADDING : KEYS;
        keys.room(spec.headDim() * keyStride);
        values.room(KEYS * spec.headDim());
        if (row.length != spec.headDim()) {
            row = new float[spec.headDim()];
        }
        return this;
    }

    /** (headDim, {@link #keyStride}), those of the tile from {@link #keyAt} on. */
    Floats keys() {
        return keys;
    }

    int keyStride() {
        return keyStride;
    }

    int keyAt() {
        return keyAt;
    }

    /** ({@value Visible#KEYS}, headDim). */
    Floats values() {
        return values;
    }

    /**
     * The keys of a tile.
     *
     * @param tile its first slot
     * @param end the slot before which the tiles end that will be asked for
     */
    void loadKeys(int kvHead, int tile, int end) {
        int number = tile / cache.pageTokens();
        Tensor page = cache.keys().get(number);
        int slot = tile % cache.pageTokens();
        if (!KvView.byDimension(page.dtype())) {
            transpose(page, ((long) kvHead * cache.pageTokens() + slot) * spec.headDim());
            return;
        }
        long wanted = (long) number * spec.kvHeads() + kvHead;
        if (loaded != wanted || slot < loadedFrom || slot >= loadedTo) {
            loaded = wanted;
            loadedFrom = slot;
            int slots = cache.selection() == null ? (end - tile + KEYS - 1) / KEYS * KEYS : KEYS;
            loadedTo = Math.min(cache.pageTokens(), slot + slots);
            read(page, kvHead);
        }
        keyAt = slot;
    }

    /** Slots {@link #loadedFrom} to {@link #loadedTo} of a page (kvHeads, headDim, pageTokens). */
    private void read(Tensor page, int kvHead) {
        long first = (long) kvHead * spec.headDim() * cache.pageTokens() + loadedFrom;
        for (int to = loadedFrom; to < spec.headDim() * keyStride; to += keyStride) {
            decode(page.dtype(), page.data(), page.dtype().bytes(first), keys.array(), to, loadedTo - loadedFrom);
            first += cache.pageTokens();
        }
    }

    private void transpose(Tensor page, long first) {
        DType dtype = page.dtype();
        long at = dtype.bytes(first);
        keyAt = 0;
        for (int k = 0; k < KEYS; k++) {
            decode(dtype, page.data(), at, row, 0, row.length);
            for (int d = 0, to = k; d < row.length; d++, to += KEYS) {
                keys.array()[to] = row[d];
            }
            at += dtype.bytes(row.length);
        }
    }

    void loadValues(int kvHead, int tile) {
        Tensor page = cache.values().get(tile / cache.pageTokens());
        long first = ((long) kvHead * cache.pageTokens() + tile % cache.pageTokens()) * spec.headDim();
        decode(page.dtype(), page.data(), page.dtype().bytes(first), values.array(), 0, KEYS * spec.headDim());
    }

    /** As {@link DType#decode}, fast for the dtypes that caches are usually of. */
    private static void decode(DType dtype, MemorySegment from, long at, float[] to, int first, int count) {
        switch (dtype) {
            case Fp32 f -> copy(from, at, to, first, count);
            case Fp16 h -> halves(from, at, to, first, count);
            case SymInt8 q -> bytes(from, at, to, first, count);
            case SymInt4 q -> nibbles(from, at, to, first, count);
            default -> dtype.decode(from, at, to, first, count);
        }
    }

    private static void copy(MemorySegment from, long at, float[] to, int first, int count) {
        int i = 0;
        for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.FLOAT, from, at + 4L * i, ByteOrder.LITTLE_ENDIAN)
                    .intoArray(to, first + i);
        }
        for (; i < count; i++) {
            to[first + i] = from.get(FLOAT, at + 4L * i);
        }
    }

    private static void halves(MemorySegment from, long at, float[] to, int first, int count) {
        for (int i = 0; i < count; i++) {
            to[first + i] = Float.float16ToFloat(from.get(SHORT, at + 2L * i));
        }
    }

    private static void bytes(MemorySegment from, long at, float[] to, int first, int count) {
        for (int block = 0; block < count; block += 32) {
            float scale = Float.float16ToFloat(from.get(SHORT, at));
            for (int i = 0; i < 32; i++) {
                to[first + block + i] = from.get(BYTE, at + 2 + i) * scale;
            }
            at += 34;
        }
    }

    private static void nibbles(MemorySegment from, long at, float[] to, int first, int count) {
        for (int block = 0; block < count; block += 32) {
            float scale = Float.float16ToFloat(from.get(SHORT, at));
            for (int i = 0; i < 16; i++) {
                int pair = from.get(BYTE, at + 2 + i);
                to[first + block + i] = ((pair & 15) - 8) * scale;
                to[first + block + 16 + i] = ((pair >> 4 & 15) - 8) * scale;
            }
            at += 18;
        }
    }
}
