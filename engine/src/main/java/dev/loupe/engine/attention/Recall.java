package dev.loupe.engine.attention;

import java.util.Arrays;

/**
 * How much of full attention sparse attention saw: of each layer the sum of the softmax weights of what was read, mean
 * over heads and tokens measured.
 *
 * @param layers 0 to 1; NaN for a layer that is not sparse
 * @param tokens measured
 */
public record Recall(double[] layers, int tokens) {
    /** Mean over the sparse layers; NaN if none was measured. */
    public double mean() {
        return Arrays.stream(layers)
                .filter(layer -> !Double.isNaN(layer))
                .average()
                .orElse(Double.NaN);
    }

    @Override
    public String toString() {
        return "recall %.3f over %d tokens".formatted(mean(), tokens);
    }
}
