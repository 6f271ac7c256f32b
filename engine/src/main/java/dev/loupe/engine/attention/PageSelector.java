package dev.loupe.engine.attention;

import dev.loupe.engine.cache.BlockBounds;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Selection;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Chooses the blocks that a query can score highest, by the bounds of their keys (Quest, arXiv:2406.10774). Query heads
 * that share keys share a choice.
 *
 * <p>Invariant: what follows the last whole block, the query's own position included, is always chosen.
 */
final class PageSelector {
    private PageSelector() {}

    /**
     * @param q one token's (heads * headDim)
     * @return null if everything is to be read
     */
    static Selection select(float[] q, AttentionSpec spec, BlockBounds bounds, AttentionPlan.Sparse sparse) {
        if (bounds.blocks() <= sparse.topk()) {
            return null;
        }
        var slots = new BitSet[spec.kvHeads()];
        for (int h = 0; h < slots.length; h++) {
            slots[h] = chosen(scores(q, spec, bounds, h), sparse);
        }
        return new Selection(slots);
    }

    private static float[] scores(float[] q, AttentionSpec spec, BlockBounds bounds, int kvHead) {
        var scores = new float[bounds.blocks()];
        for (int b = 0; b < scores.length; b++) {
            scores[b] = Float.NEGATIVE_INFINITY;
            for (int g = 0; g < spec.group(); g++) {
                int row = (kvHead * spec.group() + g) * spec.headDim();
                scores[b] = Math.max(scores[b], bounds.highest(b, kvHead, q, row, spec.headDim()));
            }
        }
        return scores;
    }

    private static BitSet chosen(float[] scores, AttentionPlan.Sparse sparse) {
        var chosen = new BitSet();
        IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Float.compare(scores[b], scores[a]))
                .limit(sparse.topk())
                .forEach(b -> chosen.set(b * sparse.block(), (b + 1) * sparse.block()));
        chosen.set(scores.length * sparse.block(), (scores.length + 1) * sparse.block());
        return chosen;
    }
}
