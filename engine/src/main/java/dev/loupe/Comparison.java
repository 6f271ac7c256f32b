package dev.loupe;

import dev.loupe.engine.trace.Progress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One prompt under every combination of some switches' values, each time in a fresh session.
 *
 * @param model name of the model
 * @param prompt what was generated after
 * @param rows one a combination, in the order asked for; the first is what the others are compared with
 */
public record Comparison(String model, String prompt, List<Row> rows) {
    /** Options in the magics' syntax: every switch, and those of a generation. */
    public static final List<Option> OPTIONS = Comparing.OPTIONS;

    public Comparison {
        rows = List.copyOf(rows);
    }

    /**
     * Generates after one prompt with every combination of some switches' values, in fresh sessions and in turn;
     * afterwards all switches are as before.
     *
     * @param options parsed by {@link #OPTIONS}
     */
    public static Comparison of(Llm llm, Arguments options, Progress progress) {
        options.positionals(0, "dtype=fp16,sym_int4 speculate=off,self");
        return new Comparing(llm, options, progress).run();
    }

    /**
     * What was measured with one combination.
     *
     * @param settings each switch's value, by its name
     * @param runs the same generation, once a round; the rounds of all combinations alternate
     * @param firstDifference index of the first generated token that is another than the first row's; -1 for none
     * @param logProbabilityDifference mean over the first row's tokens of |log p - log p of the first row|
     */
    public record Row(
            Map<String, String> settings, List<Run> runs, int firstDifference, double logProbabilityDifference) {
        public Row {
            settings = new LinkedHashMap<>(settings);
            runs = List.copyOf(runs);
        }

        /** The values, in one line. */
        public String label() {
            return String.join(", ", settings.values());
        }

        /** Generated tokens per second, the median of the rounds. */
        public double tokensPerSecond() {
            return median(
                    runs.stream().mapToDouble(Run::generationTokensPerSecond).toArray());
        }

        /** Prompt tokens per second, the median of the rounds. */
        public double promptTokensPerSecond() {
            return median(runs.stream().mapToDouble(Run::promptTokensPerSecond).toArray());
        }

        /** Bytes of weights, cache and scratch at the end of the last round. */
        public long bytes() {
            return runs.getLast().memory().total();
        }

        /** Tokens proposed by the drafter in the last round. */
        public int drafted() {
            return runs.getLast().drafts().drafted();
        }

        /** Of these, tokens that the model took. */
        public int accepted() {
            return runs.getLast().drafts().accepted();
        }

        private static double median(double[] values) {
            Arrays.sort(values);
            int middle = values.length / 2;
            return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        }
    }

    /** How many times the first row's speed a row has: the median over the rounds, each compared with its own. */
    public double speedUp(Row row) {
        List<Run> first = rows.getFirst().runs();
        return Row.median(IntStream.range(0, first.size())
                .mapToDouble(i -> row.runs().get(i).generationTokensPerSecond()
                        / first.get(i).generationTokensPerSecond())
                .toArray());
    }

    /** Each combination's speed, in one line. */
    @Override
    public String toString() {
        return String.join(
                "; ",
                rows.stream()
                        .map(row -> "%s %.0f tokens/s".formatted(row.label(), row.tokensPerSecond()))
                        .toList());
    }
}
