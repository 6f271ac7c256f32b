package dev.loupe.engine.decode;

import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a model's passes over a few tokens take.
 *
 * <p>Invariant: more tokens never take less.
 *
 * @param tokens of the passes measured, rising from 1
 * @param nanos of each
 */
public record PassCosts(int[] tokens, double[] nanos) {
    private static final int REPETITIONS = 4;
    private static final int WARM = 2;
    private static final int TURNS = 9;
    private static final long SHORTEST_NANOS = 100_000_000L;
    private static final long LONGEST_NANOS = 400_000_000L;

    public PassCosts {
        nanos = nanos.clone();
        for (int i = 1; i < nanos.length; i++) {
            nanos[i] = Math.max(nanos[i], nanos[i - 1]);
        }
    }

    /**
     * Measures passes over 1, 2, 3, 4, 5, 8, 9, 16... tokens, the quickest of some repetitions each: what kernels take
     * together is a power of two, and one more costs more. Short ones are repeated until a moment's load is over.
     *
     * @param most tokens of the longest
     * @param cache an empty one, closed at the end
     */
    public static PassCosts measure(ForwardPass pass, KvCache cache, int most) {
        int[] tokens = IntStream.iterate(1, power -> power <= most, power -> 2 * power)
                .flatMap(power -> IntStream.of(power, Math.min(most, power + 1)))
                .distinct()
                .toArray();
        var nanos = new double[tokens.length];
        Arrays.fill(nanos, Double.MAX_VALUE);
        long begin = System.nanoTime();
        try (cache) {
            for (int i = 0; goesOn(i, System.nanoTime() - begin); i++) {
                for (int t = 0; t < tokens.length; t++) {
                    cache.trim(0);
                    long start = System.nanoTime();
                    pass.run(new int[tokens[t]], cache, 0, (index, logits) -> {});
                    nanos[t] = Math.min(nanos[t], System.nanoTime() - start);
                }
            }
        }
        return new PassCosts(tokens, nanos);
    }

    /**
     * What a token takes by one way of reading it, in what it takes by another: the two by turns, so that a moment's
     * load slows both.
     */
    public static double ratio(Runnable one, Runnable other) {
        var ratios = new double[TURNS];
        for (int i = 0; i < WARM + TURNS; i++) {
            long start = System.nanoTime();
            one.run();
            long middle = System.nanoTime();
            other.run();
            ratios[Math.max(0, i - WARM)] = (middle - start) / (double) (System.nanoTime() - middle);
        }
        Arrays.sort(ratios);
        return ratios[TURNS / 2];
    }

    private static boolean goesOn(int repetitions, long nanos) {
        return repetitions < 2 || nanos < (repetitions < REPETITIONS ? LONGEST_NANOS : SHORTEST_NANOS);
    }

    /** Time of a pass over so many tokens: measured, between two that were, or beyond the last. */
    public double of(int count) {
        int at = Arrays.binarySearch(tokens, count);
        if (at >= 0) {
            return nanos[at];
        }
        int next = Math.min(-at - 1, tokens.length - 1);
        int before = next - 1;
        double slope = before < 0 ? 0 : (nanos[next] - nanos[before]) / (tokens[next] - tokens[before]);
        return nanos[Math.max(0, before)] + slope * (count - tokens[Math.max(0, before)]);
    }
}
