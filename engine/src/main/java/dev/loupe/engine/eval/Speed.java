package dev.loupe.engine.eval;

import dev.loupe.engine.trace.MemoryUse;
import java.util.Arrays;
import java.util.Locale;

/**
 * How fast an engine read or wrote with a model.
 *
 * @param test in llama-bench's words: "pp512" reads 512 tokens, "tg64@512" writes 64 after 512, "tg64" after none
 * @param tokensPerSecond the median of the turns
 * @param deviation of the turns, their sample's standard deviation
 * @param attention how ours ran: "flash, cache fp32"; empty for a peer
 * @param memory of ours at the end, by its ledger; null for a peer
 * @param engine "loupe", or a peer's name
 * @param ratio ours to the peer's; null for ours
 */
public record Speed(
        String test,
        double tokensPerSecond,
        double deviation,
        String dtype,
        String device,
        int threads,
        String model,
        String attention,
        MemoryUse memory,
        String engine,
        Ratio ratio) {
    /** What ours is called. */
    public static final String OURS = "loupe";

    /** Whether prompts were read; otherwise tokens were written. */
    public boolean reading() {
        return test.startsWith("pp");
    }

    /** Positions read before the last token: of a prompt, or of what stood before the written ones. */
    public int context() {
        String positions = reading() ? test.substring(2) : test.replaceFirst("^tg\\d+@?", "");
        return positions.isEmpty() ? 0 : Integer.parseInt(positions);
    }

    /** Whether a peer was measured. */
    public boolean ofPeer() {
        return !engine.equals(OURS);
    }

    /** Ours, from the turns' rates; at least one. */
    public static Speed ours(
            String test,
            double[] rates,
            String dtype,
            String device,
            int threads,
            String model,
            String attention,
            MemoryUse memory) {
        return new Speed(
                test, median(rates), deviation(rates), dtype, device, threads, model, attention, memory, OURS, null);
    }

    /** A peer's on the same model, device and threads as this, which is ours, from the turns' rates; at least one. */
    public Speed of(String peer, double[] rates, Ratio ratio) {
        return new Speed(test, median(rates), deviation(rates), dtype, device, threads, model, "", null, peer, ratio);
    }

    /** The middle one; of an even number, the mean of the middle two. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The sample's standard deviation, 0 of a single value. */
    public static double deviation(double... values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
    }

    /**
     * Ours to a peer's, of turns that followed each other.
     *
     * @param median of the turns
     * @param least the worst turn
     * @param most the best turn
     */
    public record Ratio(double median, double least, double most) {
        /** Turn by turn: {@code ours[i] / theirs[i]}. */
        public static Ratio of(double[] ours, double[] theirs) {
            var ratios = new double[ours.length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = ours[i] / theirs[i];
            }
            var range = Arrays.stream(ratios).summaryStatistics();
            return new Ratio(Speed.median(ratios), range.getMin(), range.getMax());
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2fx (%.2f to %.2f)", median, least, most);
        }
    }
}
