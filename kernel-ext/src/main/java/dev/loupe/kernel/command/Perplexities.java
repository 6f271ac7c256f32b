package dev.loupe.kernel.command;

import dev.loupe.engine.eval.Perplexity;
import dev.loupe.viz.Figure;
import dev.loupe.viz.PerplexityPlot;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tech.tablesaw.api.Table;

/** Perplexities measured in one go, in the order measured: the value of the command that did it. */
public record Perplexities(List<Perplexity> rows) {
    public Perplexities {
        rows = List.copyOf(rows);
    }

    /** Each dtype's perplexity, in one line. */
    @Override
    public String toString() {
        return rows.stream()
                .map(row -> String.format(Locale.ROOT, "%s %.3f", row.dtype(), row.perplexity()))
                .collect(Collectors.joining(", "));
    }

    /** Them as a picture. */
    public Figure plot() {
        return PerplexityPlot.of(rows);
    }

    /** Them as a table. */
    public Table table() {
        return plot().table();
    }
}
