package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Comparison;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import dev.loupe.viz.TableFile;
import dev.loupe.viz.Tables;
import java.nio.file.Path;
import java.util.List;
import tech.tablesaw.api.Table;

/** {@code export}: measurements as a table, and as a CSV or JSON file; the value is the Tablesaw {@link Table}. */
final class ExportCommand implements Command {
    private static final List<String> KINDS = List.of("runs", "tokens", "perplexity", "comparison");
    private static final Usage USAGE = new Usage(
            "export",
            false,
            String.join(" | ", KINDS) + " [FILE]",
            "gives all runs, the tokens of all runs, all perplexities or the last comparison as a Tablesaw table, and writes"
                    + " it as .csv or .json, as FILE ends",
            List.of(),
            List.of("runs runs.csv", "perplexity perplexity.json", "tokens"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return KINDS;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String example = session.output().call("export", "runs runs.csv");
        List<String> words = arguments.positionals(2, example);
        if (words.isEmpty()) {
            throw new LoupeException("An export needs what to export: one of %s, as in %s."
                    .formatted(String.join(", ", KINDS), example));
        }
        Table table = table(words.getFirst(), session);
        if (words.size() < 2) {
            session.output().show(Views.of(table));
        } else {
            Path file = Path.of(words.get(1));
            TableFile.write(table, file);
            session.output()
                    .show(View.text("%s: %d rows, %d columns"
                            .formatted(file.toAbsolutePath(), table.rowCount(), table.columnCount())));
        }
        return table;
    }

    private static Table table(String kind, NotebookSession session) {
        return switch (kind) {
            case "runs" -> Tables.runs(measured(session.runs(), kind, "generate", "\"Hi\"", session));
            case "tokens" -> Tables.tokens(measured(session.runs(), kind, "generate", "\"Hi\"", session));
            case "perplexity" ->
                Tables.perplexities(measured(session.perplexities(), kind, "perplexity", "chunks=4", session));
            case "comparison" -> {
                List<Comparison> all = measured(session.comparisons(), kind, "compare", "dtype=fp16,sym_int4", session);
                yield Tables.comparison(all.getLast());
            }
            default ->
                throw new LoupeException("There is no table of '%s'; %s".formatted(kind, Nearest.remedy(kind, KINDS)));
        };
    }

    private static <T> List<T> measured(
            List<T> measured, String kind, String command, String arguments, NotebookSession session) {
        if (measured.isEmpty()) {
            throw new LoupeException("There is nothing to export as %s yet; begin with %s."
                    .formatted(kind, session.output().call(command, arguments)));
        }
        return measured;
    }
}
