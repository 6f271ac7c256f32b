package dev.loupe.viz;

import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.DraftRound;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * How many tokens of a draft are accepted, by the draft's length: the mean with its standard error, a series a mode.
 */
public final class AcceptancePlot {
    private AcceptancePlot() {}

    private record Mean(String mode, int length, int drafts, double accepted, double error) {}

    /**
     * The figure.
     *
     * @throws LoupeException if none of the runs drafted anything
     */
    public static Figure of(List<Run> runs) {
        List<Run> drafting =
                runs.stream().filter(run -> run.drafts().drafted() > 0).toList();
        if (drafting.isEmpty()) {
            throw new LoupeException(
                    "No run has drafted anything yet; switch it on with %speculate self, then generate.");
        }
        List<Mean> means = drafting.stream()
                .collect(Collectors.groupingBy(run -> run.drafts().mode(), TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .flatMap(mode -> means(mode.getKey(), mode.getValue()).stream())
                .toList();
        List<Integer> lengths =
                means.stream().map(Mean::length).distinct().sorted().toList();
        List<String> modes = means.stream().map(Mean::mode).distinct().toList();
        var series = new ArrayList<Panel.Points.Series>();
        for (String mode : modes) {
            List<Panel.Points.Dot> dots = means.stream()
                    .filter(mean -> mean.mode.equals(mode))
                    .map(mean -> new Panel.Points.Dot(
                            lengths.indexOf(mean.length), mean.accepted, mean.error, mean.drafts + " drafts"))
                    .toList();
            series.add(new Panel.Points.Series(Key.series(series.size(), "speculate " + mode), dots));
        }
        var setting = new Setting();
        drafting.forEach(run -> setting.add(run.model(), run.dtype(), run.device(), Setting.threads(run.threads())));
        return new Figure(
                "Accepted tokens by length of the draft",
                setting.common(
                        modes.size() == 1 ? "speculate " + modes.getFirst() : "",
                        overall(drafting),
                        "bars: one standard error"),
                modes.size() == 1
                        ? List.of()
                        : series.stream().map(Panel.Points.Series::key).toList(),
                List.of(new Panel.Points(
                        "accepted tokens a draft",
                        lengths.stream().map(n -> n + " drafted").toList(),
                        series)),
                table(means));
    }

    private static String overall(List<Run> runs) {
        int drafted = runs.stream().mapToInt(run -> run.drafts().drafted()).sum();
        int accepted = runs.stream().mapToInt(run -> run.drafts().accepted()).sum();
        return "%d of %d accepted".formatted(accepted, drafted);
    }

    private static List<Mean> means(String mode, List<Run> runs) {
        Map<Integer, List<DraftRound>> byLength = runs.stream()
                .flatMap(run -> run.drafts().rounds().stream())
                .filter(round -> round.drafted().length > 0)
                .collect(Collectors.groupingBy(round -> round.drafted().length, TreeMap::new, Collectors.toList()));
        return byLength.entrySet().stream()
                .map(entry -> mean(
                        mode,
                        entry.getKey(),
                        entry.getValue().stream()
                                .mapToDouble(DraftRound::accepted)
                                .toArray()))
                .toList();
    }

    private static Mean mean(String mode, int length, double[] accepted) {
        int n = accepted.length;
        double mean = Arrays.stream(accepted).average().orElseThrow();
        double squares =
                Arrays.stream(accepted).map(x -> (x - mean) * (x - mean)).sum();
        return new Mean(mode, length, n, mean, n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1) / n));
    }

    private static Table table(List<Mean> means) {
        return Table.create(
                "acceptance",
                StringColumn.create("speculate", means.stream().map(Mean::mode)),
                IntColumn.create("drafted", means.stream().mapToInt(Mean::length)),
                IntColumn.create("drafts", means.stream().mapToInt(Mean::drafts)),
                DoubleColumn.create("accepted (mean)", means.stream().mapToDouble(Mean::accepted)),
                DoubleColumn.create("standard error", means.stream().mapToDouble(Mean::error)));
    }
}
