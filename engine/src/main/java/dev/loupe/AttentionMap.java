package dev.loupe;

import java.util.List;

/**
 * Where the heads of a layer look.
 *
 * <p>Invariant: every row of weights sums to 1 within rounding, and nothing looks ahead.
 *
 * @param layer from 0
 * @param tokens pieces of the text
 * @param weights (heads, queries, keys)
 */
public record AttentionMap(String model, int layer, List<String> tokens, float[][][] weights) {
    public AttentionMap {
        tokens = List.copyOf(tokens);
    }

    /** How many heads there are. */
    public int heads() {
        return weights.length;
    }

    /** The mean distance, in tokens, that a head looks back over. */
    public double distance(int head) {
        double sum = 0;
        for (int q = 0; q < tokens.size(); q++) {
            for (int k = 0; k <= q; k++) {
                sum += weights[head][q][k] * (q - k);
            }
        }
        return sum / tokens.size();
    }

    /** Layer, heads and tokens, in one line. */
    @Override
    public String toString() {
        return "layer %d: %d heads over %d tokens".formatted(layer, heads(), tokens.size());
    }
}
