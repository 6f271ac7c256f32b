package dev.loupe.viz;

import dev.loupe.engine.eval.Perplexity;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How much higher one perplexity is than another on the same chunks, in per cent, with its standard error.
 *
 * <p>Chunks differ far more from each other than dtypes do, so two perplexities may differ clearly though their own
 * error bars overlap: the difference is taken chunk by chunk. Invariant: both measured the same chunks.
 *
 * @param percent 100 (exp(mean difference of the negative log-likelihoods) - 1)
 * @param error its standard error over the chunks; NaN for a single one
 */
record Change(double percent, double error) {
    private static final double MOST = 10_000;
    private static final char NO_BREAK = '\u00a0';

    static Change of(Perplexity base, Perplexity other) {
        int n = base.chunks();
        double[] difference = IntStream.range(0, n)
                .mapToDouble(i -> other.chunkNll().get(i) - base.chunkNll().get(i))
                .toArray();
        double mean = DoubleStream.of(difference).average().orElse(Double.NaN);
        double squares =
                DoubleStream.of(difference).map(d -> (d - mean) * (d - mean)).sum();
        double ratio = Math.exp(mean);
        return new Change(100 * (ratio - 1), n < 2 ? Double.NaN : 100 * ratio * Math.sqrt(squares / (n - 1) / n));
    }

    /** As in "+2.0 ± 0.1 %"; empty if not a number. */
    @Override
    public String toString() {
        if (Double.isNaN(percent)) {
            return "";
        }
        if (percent > MOST) {
            return "over " + Scale.format(MOST, 5) + NO_BREAK + "%";
        }
        String form = Math.abs(percent) < 1 ? "%.2f" : "%.1f";
        String change = (percent < 0 ? "" : "+") + String.format(Locale.ROOT, form, percent);
        return change + (Double.isNaN(error) ? "" : " ±" + NO_BREAK + String.format(Locale.ROOT, form, error))
                + NO_BREAK + "%";
    }
}
