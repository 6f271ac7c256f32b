package dev.loupe.engine.eval;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Scores every token of one sequence. Invariant: each is read as decoding reads it, where that differs from a prompt.
 */
public final class PositionMeter {
    private static final int TOKENS = 256;

    private PositionMeter() {}

    /**
     * Negative log-likelihoods of the tokens after the first.
     *
     * @param reader its cache is empty and holds all of them
     * @param finished told how many tokens are read
     */
    public static double[] measure(PerplexityMeter.Reader reader, int[] ids, IntConsumer finished) {
        var nll = new double[ids.length - 1];
        int step = reader.step(TOKENS);
        for (int from = 0; from < nll.length; from += step) {
            int first = from;
            int to = Math.min(nll.length, from + step);
            reader.pass()
                    .run(
                            Arrays.copyOfRange(ids, from, to),
                            reader.cache(),
                            0,
                            (index, logits) -> nll[first + index] = Position.of(logits, null, ids[first + index + 1])
                                    .nll());
            finished.accept(to);
        }
        return nll;
    }
}
