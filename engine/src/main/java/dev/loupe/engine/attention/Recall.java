package dev.loupe.engine.attention;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * How much of full attention sparse attention saw: of each layer the sum of the softmax weights of what was read, mean
 * over heads and tokens measured.
 *
 * @param layers 0 to 1; NaN for a layer that is not sparse
 * @param tokens measured
 * @param context positions that the last token measured could see
 * @param read of each layer those that its first head read then; empty for a layer that is not sparse
 */
public record Recall(double[] layers, int tokens, int context, List<BitSet> read) {
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
