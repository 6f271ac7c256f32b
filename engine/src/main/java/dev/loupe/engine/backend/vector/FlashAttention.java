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
    private int group; // queries of a token that share a head
    private int firstPosition;
    private final Visible seen = new Visible();
    private final CacheTile tile = new CacheTile();
    private final int[] starts = new int[SPAN / KEYS]; // of a span's tiles that are seen
    private float[] scores = {}; // (queries in whole groups, SPAN); then the weights
    private float[] packed = {}; // (groups of queries, headDim, queries of a group)
    private float[] shared = {}; // (group, headDim)
    private int[] visible = {}; // (tiles seen, tokens of the block)
    private final boolean[] whole = new boolean[SPAN / KEYS]; // tiles of which every token sees all
    private int[] tokenOf = {}; // (queries)
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
        group = spec.group();
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
            weigh(i, part);
        }
    }

    /** Scores of all queries with the tiles of a span of which any sees something; returns how many. */
    private int scores(int kvHead, int span) {
        int end = Math.min(span + SPAN, slots(from + tokens));
        int tiles = 0;
        for (int start = seen.seek(span, firstPosition + from); start < end; ) {
            if (see(start, tiles)) {
                tile.loadKeys(kvHead, start, end);
                starts[tiles] = start;
                for (int query = 0; query < queries; query += GROUP) {
                    score(query, tiles);
                }
                finish(kvHead, tiles);
                tiles++;
            }
            start = seen.seek(start + KEYS, firstPosition + from);
        }
        return tiles;
    }

    /** Whether any of the tokens sees something of a tile; what, in {@link #visible}. */
    private boolean see(int start, int number) {
        int any = 0;
        int all = -1;
        for (int t = 0; t < tokens; t++) {
            int bits = seen.bits(start, firstPosition + from + t);
            visible[number * tokens + t] = bits;
            any |= bits;
            all &= bits;
        }
        whole[number] = all == -1;
        return any != 0;
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

    /** What follows on the products with a tile, and -infinity for what a query does not see. */
    private void finish(int kvHead, int number) {
        int at = number * KEYS;
        for (int t = 0; t < tokens; t++) {
            int bits = visible[number * tokens + t];
            for (int g = 0; g < group; g++) {
                int head = kvHead * group + g;
                Scores.finish(spec, head, firstPosition + from + t, cache.slots(), starts[number], scores, at);
                if (bits != -1) {
                    hide(bits, at);
                }
                at += SPAN;
            }
        }
    }

    private void hide(int bits, int at) {
        for (int k = 0; k < KEYS; k++) {
            if ((bits >>> k & 1) == 0) {
                scores[at + k] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Adds a tile's values to all queries, in groups. */
    private void weigh(int number, OnlineSoftmax part) {
        for (int query = 0; query < queries; query += GROUP) {
            int end = Math.min(query + GROUP, queries);
            if (whole[number] && end > query + 1) {
                part.weighGroup(query, scores, query * SPAN + number * KEYS, SPAN, 0, KEYS, tile.values());
            } else {
                weigh(query, end, number, part);
            }
        }
    }

    /** The same to one group: together what all of it see, the rest each by itself. */
    private void weigh(int query, int end, int number, OnlineSoftmax part) {
        int low = 0;
        int high = KEYS;
        for (int i = query; i < end; i++) {
            int bits = visible[number * tokens + tokenOf[i]];
            low = Math.max(low, Integer.numberOfTrailingZeros(bits));
            high = Math.min(high, KEYS - Integer.numberOfLeadingZeros(bits));
        }
        if (end == query + 1 || low >= high) {
            low = high = KEYS;
        }
        int at = query * SPAN + number * KEYS;
        for (int i = query; i < end; i++) {
            int bits = visible[number * tokens + tokenOf[i]];
            int last = Math.min(low, KEYS - Integer.numberOfLeadingZeros(bits));
            part.weighOne(i, scores, at + (i - query) * SPAN, Integer.numberOfTrailingZeros(bits), last, tile.values());
        }
        if (low < high) {
            part.weighGroup(query, scores, at, SPAN, low, high, tile.values());
        }
        for (int i = query; i < end; i++) {
            int bits = visible[number * tokens + tokenOf[i]];
            int last = KEYS - Integer.numberOfLeadingZeros(bits);
            part.weighOne(i, scores, at + (i - query) * SPAN, high, last, tile.values());
        }
    }

    /** Turns to the queries of tokens {@code first} to {@code to} that share a head. */
    private void take(int kvHead, int first, int to) {
        from = first;
        tokens = to - first;
        queries = tokens * group;
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
        if (shared.length < group * dim) {
            shared = new float[group * dim];
        }
        if (tokenOf.length < queries) {
            tokenOf = new int[queries];
        }
        for (int t = 0; t < tokens; t++) {
            long at = 4L * ((long) (from + t) * spec.kvHeads() + kvHead) * group * dim;
            MemorySegment.copy(q, ValueLayout.JAVA_FLOAT_UNALIGNED, at, shared, 0, group * dim);
            for (int g = 0; g < group; g++) {
                tokenOf[t * group + g] = t;
                pack(t * group + g, g * dim);
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
