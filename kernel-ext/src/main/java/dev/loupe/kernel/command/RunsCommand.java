package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.Speed;
import dev.loupe.kernel.bench.BenchRun;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import dev.loupe.runs.StoredRun;
import dev.loupe.viz.Figure;
import dev.loupe.viz.SpeedPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code runs}: lists the experiments whose results are kept, and shows and draws one again. */
final class RunsCommand implements Command {
    private static final Usage USAGE = new Usage(
            "runs",
            false,
            "[NUMBER | last]",
            "lists the measurements kept in the folder loupe-runs beside the notebook, or shows and draws one again",
            List.of(),
            List.of("", "last"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("last");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(1, session.output().call("runs", "last"));
        return words.isEmpty() ? list(session) : show(session.store().find(words.getFirst()), session);
    }

    private static List<StoredRun> list(NotebookSession session) {
        List<StoredRun> runs = session.store().list();
        if (runs.isEmpty()) {
            session.output()
                    .show(View.text("No runs are kept in %s yet; begin with %s."
                            .formatted(
                                    session.store().folder().toAbsolutePath(),
                                    session.output().call("perplexity", "dtypes=fp16,sym_int4 chunks=4"))));
            return runs;
        }
        var grid = new Grid("", "what", "begun (UTC)", "results", "settings");
        for (int i = 0; i < runs.size(); i++) {
            StoredRun run = runs.get(i);
            grid.row(
                    i + 1,
                    run.header().kind(),
                    run.header().started().replace("T", " ").replace("Z", ""),
                    run.rows().size() + (run.complete() ? "" : ", stopped"),
                    settings(run.header().settings()));
        }
        session.output().show(grid.view());
        return runs;
    }

    private static Object show(StoredRun run, NotebookSession session) {
        View where = View.note("%s, begun %s UTC%s"
                .formatted(
                        run.path(),
                        run.header().started(),
                        run.damaged() == 0 ? "" : ", %d lines damaged".formatted(run.damaged())));
        if (run.header().kind().equals(PerplexityGrid.KIND)) {
            List<Perplexity> rows = latest(run.rows(Perplexity.class));
            session.output().show(View.column(Views.of(rows), where));
            PerplexityCommand.draw(rows, session.output());
            return new Perplexities(rows);
        }
        if (BenchRun.is(run)) {
            List<Speed> speeds = BenchRun.speeds(run);
            session.output().show(View.column(Views.speeds(speeds), where));
            Figure figure = SpeedPlot.of(speeds);
            session.output().show(figure);
            return figure;
        }
        View rows = run.rows().stream().map(row -> View.text(row.toString())).reduce(View.column(), View::column);
        session.output().show(View.column(View.text(settings(run.header().settings())), rows, where));
        return run;
    }

    /** Without the stopped rows that a later one goes on from. */
    private static List<Perplexity> latest(List<Perplexity> rows) {
        var latest = new ArrayList<Perplexity>();
        for (Perplexity row : rows) {
            if (!latest.isEmpty() && latest.getLast().stopped()) {
                latest.removeLast();
            }
            latest.add(row);
        }
        return latest;
    }

    private static String settings(Map<String, Object> settings) {
        return settings.entrySet().stream()
                .filter(entry -> !String.valueOf(entry.getValue()).isEmpty())
                .map(entry ->
                        entry.getKey() + "=" + String.valueOf(entry.getValue()).replaceAll("[\\[\\] ]", ""))
                .collect(Collectors.joining(" "));
    }
}
