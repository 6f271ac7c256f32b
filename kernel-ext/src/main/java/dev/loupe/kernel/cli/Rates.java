package dev.loupe.kernel.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/**
 * Tokens per second of one turn.
 *
 * @param prompt reading; NaN where it was not measured
 * @param generation writing; NaN where it was not measured
 */
record Rates(double prompt, double generation) {
    static double[] of(Collection<Rates> turns, ToDoubleFunction<Rates> rate) {
        return turns.stream().mapToDouble(rate).toArray();
    }

    /** The middle one; of an even number, the mean of the middle two. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
