package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Flash attention of a call, shared among the threads by heads of keys and values and by blocks of {@value #TOKENS}
 * tokens; few tokens over many keys are shared by spans of keys too.
 *
 * <p>One object serves all calls, one at a time. Invariant: a call as large as an earlier one allocates nothing.
 */
final class AttentionTask implements Team.Task {
    private static final int TOKENS = 16;

    private final Team team;
    private MemorySegment q;
    private KvView cache;
    private AttentionSpec spec;
    private int firstPosition;
    private int tokens;
    private MemorySegment out;
    private int spans; // that are computed side by side; 0 where blocks are
    private OnlineSoftmax[] parts = {}; // (kvHeads, spans)
    private OnlineSoftmax all;

    AttentionTask(Team team) {
        this.team = team;
    }

    void run(MemorySegment q, KvView cache, AttentionSpec spec, int firstPosition, int tokens, MemorySegment out) {
        this.q = q;
        this.cache = cache;
        this.spec = spec;
        this.firstPosition = firstPosition;
        this.tokens = tokens;
        this.out = out;
        int slots = cache.slots().of(firstPosition + tokens - 1) + 1;
        int needed = (slots + FlashAttention.SPAN - 1) / FlashAttention.SPAN;
        int units = (tokens + TOKENS - 1) / TOKENS * spec.kvHeads();
        spans = needed > 1 && tokens <= TOKENS && units % team.size() != 0 ? needed : 0;
        if (spans > 0) {
            ready(spec.kvHeads() * spans);
        }
        team.run(this);
        if (spans > 0) {
            mergeSpans();
        }
    }

    @Override
    public void run(int rank) {
        FlashAttention attention = FlashAttention.ofThread().over(q, cache, spec, firstPosition);
        if (spans > 0) {
            bySpans(attention, rank);
        } else {
            byBlocks(attention, rank);
        }
    }

    private void byBlocks(FlashAttention attention, int rank) {
        int blocks = (tokens + TOKENS - 1) / TOKENS;
        int total = blocks * spec.kvHeads();
        for (int i; (i = team.next(1, total)) >= 0; ) {
            int from = (blocks - 1 - i / spec.kvHeads()) * TOKENS; // the longest first, for an even end
            int to = Math.min(tokens, from + TOKENS);
            int kvHead = i % spec.kvHeads();
            write(attention.block(kvHead, from, to), kvHead, from, to);
            team.poll(rank);
        }
    }

    private void bySpans(FlashAttention attention, int rank) {
        int total = spec.kvHeads() * spans;
        for (int i; (i = team.next(1, total)) >= 0; ) {
            attention.span(i / spans, 0, tokens, i % spans * FlashAttention.SPAN, parts[i]);
            team.poll(rank);
        }
    }

    private void mergeSpans() {
        for (int kvHead = 0; kvHead < spec.kvHeads(); kvHead++) {
            all.clear();
            for (int span = 0; span < spans; span++) {
                all.merge(parts[kvHead * spans + span]);
            }
            write(all, kvHead, 0, tokens);
        }
    }

    /** Room for the results of spans, kept from call to call. */
    private void ready(int count) {
        int queries = tokens * spec.group();
        all = OnlineSoftmax.reuse(all, queries, spec.headDim());
        if (parts.length < count) {
            parts = Arrays.copyOf(parts, count + count / 4);
        }
        for (int i = 0; i < count; i++) {
            parts[i] = OnlineSoftmax.reuse(parts[i], queries, spec.headDim());
        }
    }

    private void write(OnlineSoftmax queries, int kvHead, int from, int to) {
        int group = spec.group();
        for (int t = from; t < to; t++) {
            long row = (long) t * spec.heads() + (long) kvHead * group;
            queries.write((t - from) * group, group, out, 4 * row * spec.headDim());
        }
    }
}
