package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Models by dtypes as a map of shades: how much each dtype raises each model's perplexity.
 *
 * <p>Perplexities of models with different tokenizers do not compare, changes against the same model's best do.
 * Invariant: a cell that was not measured is empty, never zero.
 */
public final class HeatMap {
    private HeatMap() {}

    /**
     * The last measurement of each model and dtype, shaded by its change against the model's lowest perplexity.
     *
     * @throws LoupeException if nothing was measured
     */
    public static Figure of(List<Perplexity> measured) {
        List<Perplexity> points = measured.stream().filter(p -> p.chunks() > 0).toList();
        if (points.isEmpty()) {
            throw new LoupeException("No perplexity yet: run %perplexity first and let it finish a chunk.");
        }
        List<String> models = points.stream().map(Perplexity::model).distinct().toList();
        List<String> dtypes = points.stream().map(Perplexity::dtype).distinct().toList();
        var perplexities = new double[dtypes.size()][models.size()];
        Arrays.stream(perplexities).forEach(row -> Arrays.fill(row, Double.NaN));
        points.forEach(p -> perplexities[dtypes.indexOf(p.dtype())][models.indexOf(p.model())] = p.perplexity());
        var changes = new double[dtypes.size()][models.size()];
        var texts = new String[dtypes.size()][models.size()];
        for (int m = 0; m < models.size(); m++) {
            int model = m;
            double best = Arrays.stream(perplexities)
                    .mapToDouble(row -> row[model])
                    .filter(Scale::shows)
                    .min()
                    .orElse(Double.NaN);
            for (int d = 0; d < dtypes.size(); d++) {
                double value = perplexities[d][m];
                changes[d][m] = 100 * (value / best - 1);
                texts[d][m] = Double.isNaN(value) ? "" : Scale.format(value, 4);
            }
        }
        var setting = new Setting();
        points.forEach(p -> setting.add(p.device(), p.text(), p.chunks() + " chunks", "convention " + p.convention()));
        return new Figure(
                "Perplexity by model and dtype",
                setting.common("shade: change against the model's best, darkest "
                        + String.format(Locale.ROOT, "+%.1f %%", largest(changes))),
                List.of(),
                List.of(new Panel.Cells("perplexity, lower is better", dtypes, models, changes, texts)),
                table(models, dtypes, perplexities));
    }

    private static double largest(double[][] values) {
        return Arrays.stream(values)
                .flatMapToDouble(Arrays::stream)
                .filter(Scale::shows)
                .max()
                .orElse(0);
    }

    private static Table table(List<String> models, List<String> dtypes, double[][] perplexities) {
        Table table = Table.create("perplexity", StringColumn.create("dtype", dtypes));
        for (int m = 0; m < models.size(); m++) {
            int column = m;
            table.addColumns(DoubleColumn.create(
                    models.get(m),
                    Arrays.stream(perplexities).mapToDouble(row -> row[column]).toArray()));
        }
        return table;
    }
}
