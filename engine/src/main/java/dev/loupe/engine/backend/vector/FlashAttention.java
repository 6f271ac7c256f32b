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

    private static final ThreadLocal<FlashAttention> OF_THREAD = ThreadLocal.withInitial(FlashAttention::new);

    private MemorySegment q; // (tokens, heads, headDim)
    private KvView cache;
    private AttentionSpec spec;
    private int firstPosition;
    private final Visible seen = new Visible();
    private final CacheTile tile = new CacheTile();
    private final float[] scores = new float[KEYS];
    private float[] queries = {}; // (tokens of the block, group, headDim)
    private int[] visible = {}; // (tokens of the block)
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
        all = OnlineSoftmax.reuse(all, (to - from) * spec.group(), spec.headDim());
        part = OnlineSoftmax.reuse(part, (to - from) * spec.group(), spec.headDim());
        seen.over(cache, spec.mask(), kvHead);
        int first = seen.seek(0, firstPosition + from) / SPAN * SPAN;
        for (int span = first; span < slots(to); span += SPAN) {
            part.clear();
            spanOf(kvHead, from, to, span, part);
            all.merge(part);
        }
        return all;
    }

    /** The same over the span that begins at a slot, into {@code part}, which is empty. */
    void span(int kvHead, int from, int to, int span, OnlineSoftmax part) {
        seen.over(cache, spec.mask(), kvHead);
        spanOf(kvHead, from, to, span, part);
    }

    private void spanOf(int kvHead, int from, int to, int span, OnlineSoftmax part) {
        loadQueries(kvHead, from, to);
        int end = Math.min(span + SPAN, slots(to));
        for (int start = seen.seek(span, firstPosition + from); start < end; ) {
            if (see(start, from, to)) {
                tile.loadKeys(kvHead, start);
                tile.loadValues(kvHead, start);
                for (int t = from; t < to; t++) {
                    if (visible[t - from] != 0) {
                        attend(kvHead, t, t - from, start, part);
                    }
                }
            }
            start = seen.seek(start + KEYS, firstPosition + from);
        }
    }

    /** Whether any of the tokens sees something of a tile; what, in {@link #visible}. */
    private boolean see(int start, int from, int to) {
        int any = 0;
        for (int t = from; t < to; t++) {
            visible[t - from] = seen.bits(start, firstPosition + t);
            any |= visible[t - from];
        }
        return any != 0;
    }

    private void attend(int kvHead, int token, int i, int start, OnlineSoftmax part) {
        int group = spec.group();
        for (int g = 0; g < group; g++) {
            int query = i * group + g;
            Scores.of(
                    queries,
                    query * spec.headDim(),
                    spec,
                    kvHead * group + g,
                    firstPosition + token,
                    tile.keys(),
                    cache.slots(),
                    start,
                    scores);
            part.add(query, scores, visible[i], tile.values());
        }
    }

    private void loadQueries(int kvHead, int from, int to) {
        int shared = spec.group() * spec.headDim();
        if (queries.length < (to - from) * shared) {
            queries = new float[(to - from) * shared];
        }
        if (visible.length < to - from) {
            visible = new int[to - from];
        }
        for (int t = from; t < to; t++) {
            long at = 4L * ((long) t * spec.kvHeads() + kvHead) * shared;
            MemorySegment.copy(q, ValueLayout.JAVA_FLOAT_UNALIGNED, at, queries, (t - from) * shared, shared);
        }
    }
}
