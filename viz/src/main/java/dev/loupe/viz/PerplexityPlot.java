package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * What each dtype costs in perplexity, with standard errors, and its change against the largest one.
 *
 * <p>Perplexities compare only on the same model, text, convention and chunks: measurements that differ in one of these
 * get a colour and a legend of their own, those that share all of them share a colour.
 */
public final class PerplexityPlot {
    private PerplexityPlot() {}

    /**
     * One point a dtype (and device), the last measurement of each.
     *
     * @param measured oldest first; those without a finished chunk are left out
     * @throws LoupeException if none is left
     */
    public static Figure of(List<Perplexity> measured) {
        var last = new LinkedHashMap<List<String>, Perplexity>();
        measured.stream()
                .filter(p -> p.chunks() > 0)
                .forEach(p -> last.put(List.of(comparable(p), p.dtype(), p.device()), p));
        if (last.isEmpty()) {
            throw new LoupeException("No perplexity yet: run %perplexity first and let it finish a chunk.");
        }
        List<Perplexity> points = List.copyOf(last.values());
        var setting = new Setting();
        points.forEach(p -> setting.add(p.model(), p.device(), p.text(), chunks(p), "convention " + p.convention()));
        List<String> categories = points.stream()
                .map(p -> p.dtype() + setting.distinct(points.indexOf(p), 1))
                .distinct()
                .toList();
        List<String> groups =
                points.stream().map(PerplexityPlot::comparable).distinct().toList();
        var series = new ArrayList<Panel.Points.Series>();
        for (String group : groups) {
            var dots = new ArrayList<Panel.Points.Dot>();
            String label = "";
            for (int i = 0; i < points.size(); i++) {
                Perplexity p = points.get(i);
                if (comparable(p).equals(group)) {
                    Perplexity base = base(p, points);
                    String note = p == base || groups.size() > 1
                            ? ""
                            : Change.of(base, p).toString();
                    int category = categories.indexOf(p.dtype() + setting.distinct(i, 1));
                    dots.add(new Panel.Points.Dot(category, p.perplexity(), p.standardError(), note));
                    label = setting.distinct(i, 0, 2, 3, 4).replaceFirst("^, ", "");
                }
            }
            series.add(new Panel.Points.Series(Key.series(series.size(), label), dots));
        }
        boolean compared = groups.size() == 1 && points.size() > 1;
        String base = base(points.getFirst(), points).dtype();
        return new Figure(
                "Perplexity by dtype, lower is better",
                setting.common(
                        "bars: one standard error",
                        compared ? "percent: change against " + base + ", chunk by chunk" : ""),
                groups.size() == 1
                        ? List.of()
                        : series.stream().map(Panel.Points.Series::key).toList(),
                List.of(new Panel.Points(
                        "perplexity (exp of mean negative log-likelihood per token)", categories, series)),
                table(points));
    }

    /** Of the points that a point compares with the one with the largest weights, possibly itself. */
    private static Perplexity base(Perplexity point, List<Perplexity> points) {
        return points.stream()
                .filter(p -> comparable(p).equals(comparable(point)))
                .reduce((a, b) -> b.weightBytes() > a.weightBytes() ? b : a)
                .orElseThrow();
    }

    /** What must be equal for two perplexities to be comparable. */
    private static String comparable(Perplexity p) {
        return String.join("\n", p.model(), p.text(), p.convention(), chunks(p));
    }

    private static String chunks(Perplexity p) {
        return "%d %s of %d tokens".formatted(p.chunks(), p.chunks() == 1 ? "chunk" : "chunks", p.chunk());
    }

    private static Table table(List<Perplexity> points) {
        List<Change> changes =
                points.stream().map(p -> Change.of(base(p, points), p)).toList();
        return Tables.perplexities(points)
                .addColumns(
                        DoubleColumn.create("change (%)", changes.stream().mapToDouble(Change::percent)),
                        DoubleColumn.create("change error (%)", changes.stream().mapToDouble(Change::error)));
    }
}
