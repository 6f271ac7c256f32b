package dev.loupe;

import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The perplexity of one text under every combination of some switches' values: what each costs in quality, and what it
 * takes in memory.
 *
 * @param rows one a combination, in the order asked for; the first is what the others are compared with
 */
public record TextComparison(List<Row> rows) {
    public TextComparison {
        rows = List.copyOf(rows);
    }

    /**
     * A combination.
     *
     * @param settings each switch's value, by its name
     * @param perplexity measured with them; where the cache compresses or attention is sparse, the scored tokens are
     *     read one by one
     */
    public record Row(Map<String, String> settings, Perplexity perplexity) {
        public Row {
            settings = new LinkedHashMap<>(settings);
        }

        /** The values, in one line. */
        public String label() {
            return String.join(", ", settings.values());
        }
    }

    /**
     * Measures; afterwards all switches are as before. If it is stopped, the rows measured so far.
     *
     * @param name of the text
     * @param switches parsed by {@link Comparison#OPTIONS}
     */
    public static TextComparison of(
            Llm llm, String name, String text, PerplexityOptions options, Arguments switches, Progress progress) {
        var grid = SwitchGrid.of(switches);
        return grid.restoring(llm, () -> {
            var rows = new ArrayList<Row>();
            for (int cell = 0; cell < grid.size(); cell++) {
                grid.set(llm, cell);
                Perplexity measured = llm.perplexity(name, text, options, List.of(), progress);
                rows.add(new Row(grid.cells().get(cell), measured));
                if (measured.stopped()) {
                    break;
                }
            }
            return new TextComparison(rows);
        });
    }

    /** How much higher a row's perplexity is than the first one's, in per cent. */
    public double increase(Row row) {
        return 100
                * (row.perplexity().perplexity() / rows.getFirst().perplexity().perplexity() - 1);
    }

    /** Each combination's perplexity, in one line. */
    @Override
    public String toString() {
        return String.join(
                "; ",
                rows.stream()
                        .map(row -> "%s %.3f"
                                .formatted(row.label(), row.perplexity().perplexity()))
                        .toList());
    }
}
