package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Attention as the formula says (arXiv:1706.03762): all scores are written down, then their softmax, then the weighted
 * values. What it writes grows with tokens times slots, which is what flash attention spares.
 */
final class NaiveAttention {
    private static final int KEYS = Visible.KEYS;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Team team;
    private final KvView cache;
    private final AttentionSpec spec;
    private final MemorySegment weights; // (tokens, heads, slots)
    private final int tokens;
    private final int slots;

    NaiveAttention(Team team, KvView cache, AttentionSpec spec, MemorySegment weights, int tokens, int slots) {
        this.team = team;
        this.cache = cache;
        this.spec = spec;
        this.weights = weights;
        this.tokens = tokens;
        this.slots = slots;
    }

    /** q (tokens, heads, headDim). */
    void weights(MemorySegment q, int firstPosition) {
        team.run(rank -> {
            var tile = new CacheTile().over(cache, spec);
            var query = new float[spec.headDim() * AttentionProducts.BLOCK];
            var scores = new float[KEYS];
            var row = new float[slots + KEYS];
            for (int i; (i = team.next(1, spec.kvHeads() * tokens)) >= 0; ) {
                int kvHead = i / tokens;
                int token = i % tokens;
                var seen = new Visible().over(cache, spec.mask(), kvHead);
                for (int g = 0; g < spec.group(); g++) {
                    int head = kvHead * spec.group() + g;
                    long at = (long) token * spec.heads() + head;
                    for (int d = 0; d < spec.headDim(); d++) {
                        query[d * AttentionProducts.BLOCK] = q.get(FLOAT, 4 * (at * spec.headDim() + d));
                    }
                    Arrays.fill(row, Float.NEGATIVE_INFINITY);
                    for (int start = seen.seek(0, firstPosition + token); start < slots; ) {
                        int visible = seen.bits(start, firstPosition + token);
                        if (visible != 0) {
                            tile.loadKeys(kvHead, start, slots);
                            AttentionLoops.scoresOfOne(query, 0, spec, tile, scores, 0);
                            Scores.finish(spec, head, firstPosition + token, cache.slots(), start, scores, 0);
                            show(scores, visible, row, start);
                        }
                        start = seen.seek(start + KEYS, firstPosition + token);
                    }
                    softmax(row);
                    MemorySegment.copy(row, 0, weights, FLOAT, 4 * at * slots, slots);
                }
                team.poll(rank);
            }
        });
    }

    private static void show(float[] scores, int visible, float[] row, int start) {
        for (int k = 0; k < KEYS; k++) {
            if ((visible >>> k & 1) != 0) {
                row[start + k] = scores[k];
            }
        }
    }

    private void softmax(float[] row) {
        float max = Float.NEGATIVE_INFINITY;
        for (int s = 0; s < slots; s++) {
            max = Math.max(max, row[s]);
        }
        double sum = 0;
        for (int s = 0; s < slots; s++) {
            row[s] = row[s] == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(row[s] - max);
            sum += row[s];
        }
        float factor = (float) (1 / sum);
        for (int s = 0; s < slots; s++) {
            row[s] *= factor;
        }
    }

    /** out (tokens, heads, headDim). */
    void weightedValues(MemorySegment out) {
        team.run(rank -> {
            var tile = new CacheTile().over(cache, spec);
            var part = new float[KEYS];
            for (int i; (i = team.next(1, spec.kvHeads() * tokens)) >= 0; ) {
                int kvHead = i / tokens;
                var sums = new float[spec.group() * spec.headDim()];
                long first = (long) (i % tokens) * spec.heads() + (long) kvHead * spec.group();
                for (int start = 0; start < slots; start += KEYS) {
                    if (cache.values().get(start / cache.pageTokens()) != null) {
                        tile.loadValues(kvHead, start);
                        for (int g = 0; g < spec.group(); g++) {
                            int count = Math.min(KEYS, slots - start);
                            MemorySegment.copy(weights, FLOAT, 4 * ((first + g) * slots + start), part, 0, count);
                            AttentionLoops.weigh(
                                    part,
                                    0,
                                    0,
                                    count,
                                    tile.values().array(),
                                    spec.headDim(),
                                    0,
                                    sums,
                                    g * spec.headDim());
                        }
                    }
                }
                MemorySegment.copy(sums, 0, out, FLOAT, 4 * first * spec.headDim(), sums.length);
                team.poll(rank);
            }
        });
    }
}
