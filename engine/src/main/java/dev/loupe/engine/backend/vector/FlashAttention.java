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
    private static final int BLOCK = AttentionProducts.BLOCK;
    private static final int STRIDE = AttentionProducts.STRIDE;

    private static final ThreadLocal<FlashAttention> OF_THREAD = ThreadLocal.withInitial(FlashAttention::new);

    private MemorySegment q; // (tokens, heads, headDim)
    private KvView cache;
    private AttentionSpec spec;
    private int group; // queries of a token that share a head
    private int firstPosition;
    private final Visible seen = new Visible();
    private final AttentionProducts loops = new AttentionLoops();
    private final AttentionProducts calls = new AttentionCalls();
    private AttentionProducts products;
    private final int[] starts = new int[SPAN / KEYS]; // of a span's tiles that are seen
    private final Floats scores = new Floats(); // (queries in whole blocks, STRIDE); then the weights
    private final Floats packed = new Floats(); // (blocks of queries, headDim, queries of a block)
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
        products = (AttentionCalls.used() && AttentionCalls.serves(spec) ? calls : loops).over(cache, spec);
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
        int end = Math.min(span + SPAN, slots(from + tokens));
        int tiles = seen(span, end);
        for (int i = 0; i < tiles; ) {
            int together = Math.min(products.keys(kvHead, starts[i], end), following(i, tiles));
            for (int query = 0; query < queries; query += BLOCK) {
                int to = query * STRIDE + i * KEYS;
                int count = Math.min(BLOCK, queries - query);
                products.scores(packed, query * spec.headDim(), count, together, scores, to);
            }
            i += together;
        }
        for (int i = 0; i < tiles; i++) {
            finish(kvHead, i);
        }
        for (int query = 0; query < queries; query++) {
            part.weights(query, scores.array(), query * STRIDE, tiles * KEYS);
        }
        for (int i = 0; i < tiles; ) {
            int together = Math.min(products.values(kvHead, starts[i]), following(i, tiles));
            i += weigh(i, together, part);
        }
    }

    /** Notes the tiles of a span of which any query sees something; returns how many. */
    private int seen(int span, int end) {
        int tiles = 0;
        for (int start = seen.seek(span, firstPosition + from); start < end; ) {
            if (see(start, tiles)) {
                starts[tiles++] = start;
            }
            start = seen.seek(start + KEYS, firstPosition + from);
        }
        return tiles;
    }

    /** Tiles from a noted one on that follow each other without a gap. */
    private int following(int number, int tiles) {
        int count = 1;
        while (number + count < tiles && starts[number + count] == starts[number] + count * KEYS) {
            count++;
        }
        return count;
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

    /** What follows on the products with a tile, and -infinity for what a query does not see. */
    private void finish(int kvHead, int number) {
        int at = number * KEYS;
        for (int t = 0; t < tokens; t++) {
            int bits = visible[number * tokens + t];
            for (int g = 0; g < group; g++) {
                int head = kvHead * group + g;
                Scores.finish(spec, head, firstPosition + from + t, cache.slots(), starts[number], scores.array(), at);
                if (bits != -1) {
                    hide(bits, at);
                }
                at += STRIDE;
            }
        }
    }

    private void hide(int bits, int at) {
        for (int k = 0; k < KEYS; k++) {
            if ((bits >>> k & 1) == 0) {
                scores.array()[at + k] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Adds the values of a tile, or of {@code most} if all is seen of them, to all queries; returns of how many. */
    private int weigh(int number, int most, OnlineSoftmax part) {
        int count = 1;
        while (whole[number] && count < most && whole[number + count]) {
            count++;
        }
        for (int query = 0; query < queries; query += BLOCK) {
            int end = Math.min(query + BLOCK, queries);
            if (whole[number]) {
                weigh(query, end - query, number, 0, count * KEYS, part);
            } else {
                weighSeen(query, end, number, part);
            }
        }
        return count;
    }

    /** Adds a tile's values to a block of queries: together what all of it see, the rest each by itself. */
    private void weighSeen(int query, int end, int number, OnlineSoftmax part) {
        int low = 0;
        int high = KEYS;
        for (int i = query; i < end; i++) {
            low = Math.max(low, firstSeen(i, number));
            high = Math.min(high, lastSeen(i, number));
        }
        if (low >= high) {
            low = high = KEYS;
        }
        for (int i = query; i < end; i++) {
            weigh(i, 1, number, firstSeen(i, number), Math.min(low, lastSeen(i, number)), part);
        }
        weigh(query, end - query, number, low, high, part);
        for (int i = query; i < end; i++) {
            weigh(i, 1, number, high, lastSeen(i, number), part);
        }
    }

    private int firstSeen(int query, int number) {
        return Integer.numberOfTrailingZeros(visible[number * tokens + tokenOf[query]]);
    }

    private int lastSeen(int query, int number) {
        return KEYS - Integer.numberOfLeadingZeros(visible[number * tokens + tokenOf[query]]);
    }

    private void weigh(int query, int count, int number, int low, int high, OnlineSoftmax part) {
        if (low < high) {
            int at = query * STRIDE + number * KEYS;
            products.weigh(scores, at, count, low, high, part.values(), query * spec.headDim());
        }
    }

    /** Turns to the queries of tokens {@code first} to {@code to} that share a head. */
    private void take(int kvHead, int first, int to) {
        from = first;
        tokens = to - first;
        queries = tokens * group;
        int padded = AttentionProducts.padded(queries);
        int dim = spec.headDim();
        packed.room(padded * dim);
        scores.room(padded * STRIDE);
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
        int to = query / BLOCK * BLOCK * dim + query % BLOCK;
        for (int d = row; d < row + dim; d++) {
            packed.array()[to] = shared[d];
            to += BLOCK;
        }
    }
}
