package dev.loupe.engine.eval;

import java.util.Arrays;

/**
 * How surprised a model is at each position of one long text: what a window or a compressed cache costs shows where
 * their reach ends.
 *
 * @param attention how it was computed, "flash, window 256, cache fp32"
 * @param text what was read (a name)
 * @param nll negative log-likelihood of the token at each position, natural logarithm; none for the first
 */
public record PositionLoss(String model, String dtype, String attention, String text, double[] nll) {
    /** exp of the mean over positions {@code from} to {@code to}, which are counted from 1. */
    public double perplexity(int from, int to) {
        return Math.exp(Arrays.stream(nll, from - 1, to - 1).average().orElse(Double.NaN));
    }

    /** Tokens read. */
    public int tokens() {
        return nll.length + 1;
    }

    @Override
    public String toString() {
        return "%s: perplexity %.3f over %d tokens".formatted(attention, perplexity(1, tokens()), tokens());
    }
}
