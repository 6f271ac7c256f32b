package dev.loupe.engine.cache;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import java.util.Arrays;

/**
 * The smallest and largest value of every dimension of the keys in each whole block of a layer: what tells without
 * reading the keys how high a query can score them (Quest, arXiv:2406.10774).
 */
public final class BlockBounds {
    private final int block;
    private final int stride;
    private float[] bounds = {}; // (blocks, kvHeads, 2, headDim)
    private int known;

    BlockBounds(int block, AttentionSpec spec) {
        this.block = block;
        stride = spec.kvHeads() * 2 * spec.headDim();
    }

    /** Learns the blocks that {@code length} positions fill. */
    void update(Ops ops, KvView view, AttentionSpec spec, int length) {
        int whole = length / block;
        if (whole > known) {
            float[] more = ops.keyBounds(view, spec, block, known, whole);
            if (bounds.length < whole * stride) {
                bounds = Arrays.copyOf(bounds, Math.max(whole * stride, 2 * bounds.length));
            }
            System.arraycopy(more, 0, bounds, known * stride, more.length);
            known = whole;
        }
    }

    void trim(int length) {
        known = Math.min(known, length / block);
    }

    int block() {
        return block;
    }

    /** Whole blocks. */
    public int blocks() {
        return known;
    }

    /**
     * The highest score, before scaling, that a key of a block can have with a query.
     *
     * @param q (headDim) from {@code at}
     */
    public float highest(int blockIndex, int kvHead, float[] q, int at, int headDim) {
        int low = blockIndex * stride + kvHead * 2 * headDim;
        float sum = 0;
        for (int d = 0; d < headDim; d++) {
            sum += Math.max(q[at + d] * bounds[low + d], q[at + d] * bounds[low + headDim + d]);
        }
        return sum;
    }
}
