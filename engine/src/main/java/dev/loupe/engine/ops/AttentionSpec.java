package dev.loupe.engine.ops;

/**
 * The values by which one attention differs from another.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; {@code heads / kvHeads} query heads share one (arXiv:2305.13245)
 * @param headDim size of a head
 * @param scale factor of the scores, usually 1 / sqrt(headDim)
 * @param softcap scores become {@code cap * tanh(score / cap)} (arXiv:2408.00118); 0 for none
 * @param alibi what distance takes from the scores
 * @param mask which keys a query sees
 */
public record AttentionSpec(int heads, int kvHeads, int headDim, float scale, float softcap, Alibi alibi, Mask mask) {
    public AttentionSpec {
        if (kvHeads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(heads + " heads cannot share " + kvHeads + " key and value heads");
        }
    }

    /** Scaled dot products over all positions up to the query's own (arXiv:1706.03762). */
    public static AttentionSpec of(int heads, int kvHeads, int headDim) {
        return new AttentionSpec(
                heads, kvHeads, headDim, (float) (1 / Math.sqrt(headDim)), 0, Alibi.none(), Mask.causal());
    }

    /** The same with another factor of the scores. */
    public AttentionSpec withScale(double scale) {
        return new AttentionSpec(heads, kvHeads, headDim, (float) scale, softcap, alibi, mask);
    }

    /** The same with soft-capped scores; 0 for none. */
    public AttentionSpec withSoftcap(double softcap) {
        return new AttentionSpec(heads, kvHeads, headDim, scale, (float) softcap, alibi, mask);
    }

    /** The same with linear biases. */
    public AttentionSpec withAlibi(Alibi alibi) {
        return new AttentionSpec(heads, kvHeads, headDim, scale, softcap, alibi, mask);
    }

    /** The same with another mask. */
    public AttentionSpec withMask(Mask mask) {
        return new AttentionSpec(heads, kvHeads, headDim, scale, softcap, alibi, mask);
    }

    /** Query heads that share one key and value head. */
    public int group() {
        return heads / kvHeads;
    }
}
