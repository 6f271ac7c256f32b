package dev.loupe.engine.ops;

/**
 * The values by which one attention differs from another.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; {@code heads / kvHeads} query heads share one (arXiv:2305.13245)
 * @param headDim size of a head
 * @param scale factor of the scores, usually 1 / sqrt(headDim)
 * @param mask which keys a query sees
 * @param softcap scores become {@code cap * tanh(score / cap)} (arXiv:2408.00118); 0 for none
 */
public record AttentionSpec(int heads, int kvHeads, int headDim, float scale, Mask mask, float softcap) {
    public AttentionSpec {
        if (kvHeads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(heads + " heads cannot share " + kvHeads + " key and value heads");
        }
    }

    /** Query heads that share one key and value head. */
    public int group() {
        return heads / kvHeads;
    }
}
