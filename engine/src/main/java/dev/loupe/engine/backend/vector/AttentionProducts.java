package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;

/**
 * The two products of attention: of queries with tiles of {@value Visible#KEYS} keys, and of their weights with tiles
 * of values. One thread's, which turns from tile to tile.
 *
 * <p>Invariant: a query's numbers have the same bits whatever implementation, and whatever queries are beside it.
 */
interface AttentionProducts {
    /** Queries that are packed side by side, (headDim, {@value}). */
    int BLOCK = 12;

    /** From a query's scores to the next one's: not a power of two, or all would share a few places of the cache. */
    int STRIDE = FlashAttention.SPAN + 16;

    /** Room for so many queries in whole blocks. */
    static int padded(int queries) {
        return (queries + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** Turns to a cache. Returns this. */
    AttentionProducts over(KvView cache, AttentionSpec spec);

    /**
     * Turns to the tile of keys that begins at a slot.
     *
     * @param end the slot before which the tiles end that will be asked for
     * @return tiles from this on that {@link #scores} may take at once, at least 1
     */
    int keys(int kvHead, int slot, int end);

    /**
     * Scaled products of some queries with the keys of {@code tiles} tiles, seen or not.
     *
     * @param packed queries, a block from {@code at} on
     * @param queries 1 to {@value #BLOCK}; the rest of the block is anything
     * @param scores (block, {@link #STRIDE}), from {@code to} on; rows of the block behind {@code queries} become
     *     anything
     */
    void scores(Floats packed, int at, int queries, int tiles, Floats scores, int to);

    /**
     * Turns to the tile of values that begins at a slot.
     *
     * @return tiles from this on that {@link #weigh} may take at once, at least 1
     */
    int values(int kvHead, int slot);

    /**
     * Adds the weighted values of keys {@code low} to {@code high}, counted from the first tile's first.
     *
     * @param weights (queries, {@link #STRIDE}), those of key 0 from {@code at} on
     * @param queries 1 to {@value #BLOCK}
     * @param out (block, headDim), from {@code row} on; rows of the block behind {@code queries} become anything
     */
    void weigh(Floats weights, int at, int queries, int low, int high, Floats out, int row);
}
