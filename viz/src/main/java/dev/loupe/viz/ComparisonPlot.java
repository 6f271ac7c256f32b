package dev.loupe.viz;

import dev.loupe.Comparison;
import dev.loupe.Run;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** A comparison's speed and memory, a bar each combination. */
public final class ComparisonPlot {
    private static final double MIB = 1 << 20;

    private ComparisonPlot() {}

    /** The figure. */
    public static Figure of(Comparison comparison) {
        List<Comparison.Row> rows = comparison.rows();
        List<String> labels = rows.stream().map(Comparison.Row::label).toList();
        var speed = new Key("speed", Palette.DECODE, false);
        var memory = new Key("memory", Palette.WEIGHTS, false);
        Run run = rows.getFirst().runs().getFirst();
        var setting = new Setting();
        setting.add(comparison.model(), run.device(), Setting.threads(run.threads()));
        return new Figure(
                "Compared: " + String.join(", ", rows.getFirst().settings().keySet()),
                setting.common("%d rounds in turn, medians"
                        .formatted(rows.getFirst().runs().size())),
                List.of(),
                List.of(
                        bars(
                                "generated tokens/s",
                                labels,
                                speed,
                                rows.stream()
                                        .mapToDouble(Comparison.Row::tokensPerSecond)
                                        .toArray()),
                        bars(
                                "memory (MiB)",
                                labels,
                                memory,
                                rows.stream()
                                        .mapToDouble(row -> row.bytes() / MIB)
                                        .toArray())),
                table(comparison));
    }

    private static Panel bars(String label, List<String> categories, Key key, double[] values) {
        return new Panel.Bars(label, "", categories, List.of(new Panel.Bars.Part(key, values)));
    }

    private static Table table(Comparison comparison) {
        List<Comparison.Row> rows = comparison.rows();
        return Table.create(
                "comparison",
                StringColumn.create("settings", rows.stream().map(Comparison.Row::label)),
                DoubleColumn.create("tokens/s", rows.stream().mapToDouble(Comparison.Row::tokensPerSecond)),
                DoubleColumn.create("speed-up", rows.stream().mapToDouble(comparison::speedUp)),
                DoubleColumn.create("memory (MiB)", rows.stream().mapToDouble(row -> row.bytes() / MIB)),
                IntColumn.create("first difference", rows.stream().mapToInt(Comparison.Row::firstDifference)),
                DoubleColumn.create(
                        "mean |log p difference|",
                        rows.stream().mapToDouble(Comparison.Row::logProbabilityDifference)));
    }
}
