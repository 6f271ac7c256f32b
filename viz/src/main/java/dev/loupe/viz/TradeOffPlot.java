package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Size against perplexity: a point a dtype, a colour a model; the nearer to the lower left the better.
 *
 * <p>Invariant: error bars are one standard error over the chunks, and every measurement given is drawn.
 */
public final class TradeOffPlot {
    private static final double MIB = 1 << 20;

    private TradeOffPlot() {}

    /**
     * The last measurement of each model, dtype and device.
     *
     * @param measured oldest first; those without a finished chunk are left out
     * @throws LoupeException if none is left
     */
    public static Figure of(List<Perplexity> measured) {
        var last = new LinkedHashMap<List<String>, Perplexity>();
        measured.stream()
                .filter(p -> p.chunks() > 0)
                .forEach(p -> last.put(List.of(p.model(), p.dtype(), p.device()), p));
        if (last.isEmpty()) {
            throw new LoupeException("No perplexity yet: run %perplexity first and let it finish a chunk.");
        }
        List<Perplexity> points = List.copyOf(last.values());
        var setting = new Setting();
        points.forEach(p ->
                setting.add(p.model(), p.device(), p.text(), p.chunks() + " chunks", "convention " + p.convention()));
        List<String> models = points.stream().map(Perplexity::model).distinct().toList();
        var series = new ArrayList<Panel.Scatter.Series>();
        for (String model : models) {
            var spots = points.stream()
                    .filter(p -> p.model().equals(model))
                    .map(p -> new Panel.Scatter.Spot(
                            p.weightBytes() / MIB,
                            p.perplexity(),
                            p.standardError(),
                            p.dtype() + setting.distinct(points.indexOf(p), 1, 2, 3, 4)))
                    .toList();
            series.add(new Panel.Scatter.Series(Key.series(series.size(), model), spots));
        }
        return new Figure(
                "Size against perplexity, lower left is better",
                setting.common("bars: one standard error"),
                models.size() == 1
                        ? List.of()
                        : series.stream().map(Panel.Scatter.Series::key).toList(),
                List.of(new Panel.Scatter("perplexity", "weights in memory (MiB)", series)),
                PerplexityPlot.of(points).table());
    }
}
