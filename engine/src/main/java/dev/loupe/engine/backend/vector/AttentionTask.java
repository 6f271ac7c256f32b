package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.MemorySegment;

/** Attention of a call, shared among the threads by query head and by blocks of {@value #TOKENS} tokens. */
record AttentionTask(
        Team team, MemorySegment q, KvView cache, AttentionSpec spec, int firstPosition, int tokens, MemorySegment out)
        implements Team.Task {
    private static final int TOKENS = 16;

    @Override
    public void run(int rank) {
        int blocks = (tokens + TOKENS - 1) / TOKENS;
        int total = blocks * spec.heads();
        var attention = new FlashAttention(q, cache, spec, firstPosition, out);
        for (int i; (i = team.next(1, total)) >= 0; ) {
            int block = blocks - 1 - i / spec.heads(); // the longest first, for an even end
            attention.block(i % spec.heads(), block * TOKENS, Math.min(tokens, (block + 1) * TOKENS));
            team.poll(rank);
        }
    }
}
