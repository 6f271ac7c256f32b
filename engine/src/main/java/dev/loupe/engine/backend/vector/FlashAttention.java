package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Attention with the softmax computed on the way (arXiv:2205.14135): tile by tile of keys, so that memory does not grow
 * with the context. The queries of some tokens that share one head of keys and values read each tile once.
 *
 * <p>Keys are taken in spans of {@value #SPAN} slots, whose results are merged in order; a long context's spans can
 * then be computed side by side (flash decoding, arXiv:2311.01282). Invariant: tiles and spans begin at multiples of
 * their size whatever the call, so a token's bits do not depend on how a prompt was cut, nor on the threads.
 */
final class FlashAttention {
    static final int SPAN = 512;
    private static final int KEYS = Visible.KEYS;
    private static final int GROUP = Scores.GROUP;

    private static final ThreadLocal<FlashAttention> OF_THREAD = ThreadLocal.withInitial(FlashAttention::new);

    private MemorySegment q; // (tokens, heads, headDim)
    private KvView cache;
    private AttentionSpec spec;
    private int firstPosition;
    private final Visible seen = new Visible();
    private final CacheTile tile = new CacheTile();
    private final int[] starts = new int[SPAN / KEYS]; // of a span's tiles that are seen
    private float[] scores = {}; // (queries in whole groups, SPAN); then the weights
    private float[] packed = {}; // (groups of queries, headDim, queries of a group)
    private float[] shared = {}; // (group, headDim)
    private int[] visible = {}; // (tiles seen, tokens of the block)
    private int from; // first token of the block
    private int tokens; // of the block
    private int queries; // of the block
    private OnlineSoftmax all;
    private OnlineSoftmax part;

    private FlashAttention() {}

    /** The calling thread's, with work space that stays from call to call. */
    static FlashAttention ofThread() {
        return OF_THREAD.get();
    }

    /** Turns to a call's tensors. Returns this. */
    FlashAttention over(MemorySegment q, KvView cache, AttentionSpec spec, int firstPosition) {
        this.q = q;
        this.cache = cache;
        this.spec = spec;
        this.firstPosition = firstPosition;
        tile.over(cache, spec);
        return this;
    }

    /** Slots that the last of {@code to} tokens may see. */
    private int slots(int to) {
        return cache.slots().of(firstPosition + to - 1) + 1;
    }

    /**
     * The queries of tokens {@code from} to {@code to} that share a head, over all spans; valid until the next block.
     */
    OnlineSoftmax block(int kvHead, int from, int to) {
        take(kvHead, from, to);
        all = OnlineSoftmax.reuse(all, queries, spec.headDim());
        part = OnlineSoftmax.reuse(part, queries, spec.headDim());
        seen.over(cache, spec.mask(), kvHead);
        int first = seen.seek(0, firstPosition + from) / SPAN * SPAN;
        for (int span = first; span < slots(to); span += SPAN) {
            part.clear();
            spanOf(kvHead, span, part);
            all.merge(part);
        }
        return all;
    }

    /** The same over the span that begins at a slot, into {@code part}, which is empty. */
    void span(int kvHead, int from, int to, int span, OnlineSoftmax part) {
        take(kvHead, from, to);
        seen.over(cache, spec.mask(), kvHead);
        spanOf(kvHead, span, part);
    }

    private void spanOf(int kvHead, int span, OnlineSoftmax part) {
        int tiles = scores(kvHead, span);
        for (int query = 0; query < queries; query++) {
            part.weights(query, scores, query * SPAN, tiles * KEYS);
        }
        for (int i = 0; i < tiles; i++) {
            tile.loadValues(kvHead, starts[i]);
            for (int query = 0; query < queries; query += GROUP) {
                weigh(query, i, part);
            }
        }
    }

    /** Scores of all queries with the tiles of a span of which any sees something; returns how many. */
    private int scores(int kvHead, int span) {
        int end = Math.min(span + SPAN, slots(from + tokens));
        int tiles = 0;
        for (int start = seen.seek(span, firstPosition + from); start < end; ) {
            if (see(start, tiles)) {
                tile.loadKeys(kvHead, start);
                starts[tiles] = start;
                for (int query = 0; query < queries; query += GROUP) {
                    score(query, tiles);
                }
                for (int query = 0; query < queries; query++) {
                    finish(kvHead, query, tiles);
                }
                tiles++;
            }
            start = seen.seek(start + KEYS, firstPosition + from);
        }
        return tiles;
    }

    /** Whether any of the tokens sees something of a tile; what, in {@link #visible}. */
    private boolean see(int start, int number) {
        int any = 0;
        for (int t = 0; t < tokens; t++) {
            int bits = seen.bits(start, firstPosition + from + t);
            visible[number * tokens + t] = bits;
            any |= bits;
        }
        return any != 0;
    }

    /** What a query sees of the {@code number}-th tile. */
    private int visible(int query, int number) {
        return visible[number * tokens + query / spec.group()];
    }

    /** The products of a group of queries; one that is alone is computed alone. */
    private void score(int query, int number) {
        int to = query * SPAN + number * KEYS;
        if (query + 1 == queries) {
            Scores.ofOne(packed, query * spec.headDim(), spec, tile, scores, to);
        } else {
            Scores.ofGroup(packed, query * spec.headDim(), spec, tile, scores, to, SPAN);
        }
    }

    /** What follows on a query's products, and -infinity for what it does not see. */
    private void finish(int kvHead, int query, int number) {
        int at = query * SPAN + number * KEYS;
        int position = firstPosition + from + query / spec.group();
        int head = kvHead * spec.group() + query % spec.group();
        Scores.finish(spec, head, position, cache.slots(), starts[number], scores, at);
        int bits = visible(query, number);
        for (int k = 0; bits != -1 && k < KEYS; k++) {
            if ((bits >>> k & 1) == 0) {
                scores[at + k] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Adds a tile's values to a group of queries: together if they see the same, else each by itself. */
    private void weigh(int query, int number, OnlineSoftmax part) {
        int end = Math.min(query + GROUP, queries);
        int bits = visible(query, number);
        boolean same = true;
        for (int i = query + 1; i < end; i++) {
            same &= visible(i, number) == bits;
        }
        int at = query * SPAN + number * KEYS;
        if (same && end > query + 1) {
            if (bits != 0) {
                part.weighGroup(query, scores, at, SPAN, low(bits), high(bits), tile.values());
            }
            return;
        }
        for (int i = query; i < end; i++) {
            bits = visible(i, number);
            if (bits != 0) {
                part.weighOne(i, scores, at, low(bits), high(bits), tile.values());
            }
            at += SPAN;
        }
    }

    private static int low(int visible) {
        return Integer.numberOfTrailingZeros(visible);
    }

    private static int high(int visible) {
        return KEYS - Integer.numberOfLeadingZeros(visible);
    }

    /** Turns to the queries of tokens {@code first} to {@code to} that share a head. */
    private void take(int kvHead, int first, int to) {
        from = first;
        tokens = to - first;
        queries = tokens * spec.group();
        int padded = Scores.padded(queries);
        int dim = spec.headDim();
        if (packed.length < padded * dim) {
            packed = new float[padded * dim];
        }
        if (scores.length < padded * SPAN) {
            scores = new float[padded * SPAN];
        }
        if (visible.length < starts.length * tokens) {
            visible = new int[starts.length * tokens];
        }
        if (shared.length < spec.group() * dim) {
            shared = new float[spec.group() * dim];
        }
        for (int t = 0; t < tokens; t++) {
            long at = 4L * ((long) (from + t) * spec.kvHeads() + kvHead) * spec.group() * dim;
            MemorySegment.copy(q, ValueLayout.JAVA_FLOAT_UNALIGNED, at, shared, 0, spec.group() * dim);
            for (int g = 0; g < spec.group(); g++) {
                pack(t * spec.group() + g, g * dim);
            }
        }
    }

    private void pack(int query, int row) {
        int dim = spec.headDim();
        int to = query / GROUP * GROUP * dim + query % GROUP;
        for (int d = row; d < row + dim; d++) {
            packed[to] = shared[d];
            to += GROUP;
        }
    }
}
