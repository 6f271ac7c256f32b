package dev.loupe.viz;

import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How long a reader waits: until the first token, then for each next one, a line a run.
 *
 * <p>The two are kept apart because they cost different work: the first is the prompt pass, the others single steps.
 */
public final class LatencyPlot {
    private static final int MOST_RUNS = 8;

    private LatencyPlot() {}

    /**
     * The figure of the last eight runs.
     *
     * @param runs oldest first
     * @throws LoupeException if there are none
     */
    public static Figure of(List<Run> runs) {
        if (runs.isEmpty()) {
            throw new LoupeException("No runs yet: run %%generate first.");
        }
        List<Run> last = runs.subList(Math.max(0, runs.size() - MOST_RUNS), runs.size());
        var setting = new Setting();
        last.forEach(run -> setting.add(run.model(), run.dtype(), run.device(), Setting.threads(run.threads())));
        List<Key> keys = IntStream.range(0, last.size())
                .mapToObj(i -> Key.series(i, (i + 1) + "  " + label(setting, i, last.get(i))))
                .toList();
        String count = last.size() == runs.size() ? "" : "last %d of %d runs".formatted(last.size(), runs.size());
        return new Figure(
                "Latency: the first token, then each next one",
                setting.common(count),
                last.size() == 1 ? List.of() : keys,
                List.of(first(last, keys), next(last, keys)),
                Tables.tokens(last));
    }

    private static Panel first(List<Run> runs, List<Key> keys) {
        var parts = new ArrayList<Panel.Bars.Part>();
        for (int i = 0; i < runs.size(); i++) {
            double[] values = new double[runs.size()];
            Arrays.fill(values, Double.NaN);
            values[i] = runs.get(i).firstTokenMillis();
            parts.add(new Panel.Bars.Part(keys.get(i), values));
        }
        List<String> numbers = IntStream.rangeClosed(1, runs.size())
                .mapToObj(Integer::toString)
                .toList();
        return new Panel.Bars("time to first token (ms)", "run", numbers, parts);
    }

    private static Panel next(List<Run> runs, List<Key> keys) {
        var lines = new ArrayList<Panel.Lines.Line>();
        for (int i = 0; i < runs.size(); i++) {
            double[] millis = nextMillis(runs.get(i));
            double[] tokens =
                    IntStream.range(0, millis.length).mapToDouble(t -> t + 2).toArray();
            lines.add(new Panel.Lines.Line(keys.get(i), tokens, millis));
        }
        return new Panel.Lines("time per next token (ms)", "generated token", lines);
    }

    private static String label(Setting setting, int i, Run run) {
        double[] millis = nextMillis(run);
        Arrays.sort(millis);
        String median = millis.length == 0 ? "" : ", median " + Scale.format(millis[millis.length / 2], 3) + " ms";
        return run.dtype() + ", " + run.device() + setting.distinct(i, 0, 3) + median;
    }

    /** Times of the second token and later. */
    private static double[] nextMillis(Run run) {
        return Arrays.stream(run.tokenNanos()).skip(1).mapToDouble(n -> n / 1e6).toArray();
    }
}
