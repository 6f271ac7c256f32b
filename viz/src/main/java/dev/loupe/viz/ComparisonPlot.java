package dev.loupe.viz;

import dev.loupe.Comparison;
import dev.loupe.Run;
import java.util.List;

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
        var setting = new Setting();
        for (Comparison.Row row : rows) {
            Run run = row.runs().getFirst();
            setting.add(comparison.model(), run.device(), Setting.threads(run.threads()));
        }
        return new Figure(
                "Compared: " + String.join(", ", rows.getFirst().settings().keySet()),
                setting.common(rounds(rows.getFirst().runs().size())),
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
                Tables.comparison(comparison));
    }

    private static String rounds(int count) {
        return count == 1 ? "one round" : "%d rounds in turn, medians".formatted(count);
    }

    private static Panel bars(String label, List<String> categories, Key key, double[] values) {
        return new Panel.Bars(label, "", categories, List.of(new Panel.Bars.Part(key, values)));
    }
}
