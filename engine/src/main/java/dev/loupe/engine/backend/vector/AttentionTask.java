package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.MemorySegment;

/**
 * Flash attention of a call, shared among the threads by heads of keys and values and by blocks of {@value #TOKENS}
 * tokens; few tokens over many keys are shared by spans of keys too.
 */
final class AttentionTask {
    private static final int TOKENS = 16;

    private final Team team;
    private final MemorySegment q;
    private final KvView cache;
    private final AttentionSpec spec;
    private final int firstPosition;
    private final int tokens;
    private final MemorySegment out;

    AttentionTask(
            Team team,
            MemorySegment q,
            KvView cache,
            AttentionSpec spec,
            int firstPosition,
            int tokens,
            MemorySegment out) {
        this.team = team;
        this.q = q;
        this.cache = cache;
        this.spec = spec;
        this.firstPosition = firstPosition;
        this.tokens = tokens;
        this.out = out;
    }

    void run() {
        int spans = (new FlashAttention(q, cache, spec, firstPosition).slots(tokens) + FlashAttention.SPAN - 1)
                / FlashAttention.SPAN;
        int units = (tokens + TOKENS - 1) / TOKENS * spec.kvHeads();
        if (spans > 1 && tokens <= TOKENS && units % team.size() != 0) {
            bySpans(spans);
        } else {
            team.run(this::byBlocks);
        }
    }

    private void byBlocks(int rank) {
        int blocks = (tokens + TOKENS - 1) / TOKENS;
        int total = blocks * spec.kvHeads();
        var attention = new FlashAttention(q, cache, spec, firstPosition);
        for (int i; (i = team.next(1, total)) >= 0; ) {
            int from = (blocks - 1 - i / spec.kvHeads()) * TOKENS; // the longest first, for an even end
            int to = Math.min(tokens, from + TOKENS);
            int kvHead = i % spec.kvHeads();
            write(attention.block(kvHead, from, to), kvHead, from, to);
            team.poll(rank);
        }
    }

    private void bySpans(int spans) {
        var parts = new OnlineSoftmax[spec.kvHeads() * spans];
        team.run(rank -> {
            var attention = new FlashAttention(q, cache, spec, firstPosition);
            for (int i; (i = team.next(1, parts.length)) >= 0; ) {
                parts[i] = attention.span(i / spans, 0, tokens, i % spans * FlashAttention.SPAN);
                team.poll(rank);
            }
        });
        for (int kvHead = 0; kvHead < spec.kvHeads(); kvHead++) {
            var all = new OnlineSoftmax(tokens * spec.group(), spec.headDim());
            for (int span = 0; span < spans; span++) {
                all.merge(parts[kvHead * spans + span]);
            }
            write(all, kvHead, 0, tokens);
        }
    }

    private void write(OnlineSoftmax queries, int kvHead, int from, int to) {
        for (int t = from; t < to; t++) {
            for (int g = 0; g < spec.group(); g++) {
                long row = (long) t * spec.heads() + (long) kvHead * spec.group() + g;
                queries.write((t - from) * spec.group() + g, out, 4 * row * spec.headDim());
            }
        }
    }
}
