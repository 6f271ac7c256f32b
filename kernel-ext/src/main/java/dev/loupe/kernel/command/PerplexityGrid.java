package dev.loupe.kernel.command;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Status;
import dev.loupe.datasets.Text;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.ChunkScore;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import dev.loupe.runs.RunLog;
import dev.loupe.runs.RunStore;
import dev.loupe.runs.StoredRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures models by dtypes, cell by cell, and keeps each cell as it comes.
 *
 * <p>Invariant: cells come in the order of models, then dtypes, so that a run that was stopped is continued at the cell
 * and chunk where its rows end.
 */
final class PerplexityGrid {
    static final String KIND = "perplexity";

    private final NotebookSession session;
    private final List<String> models;
    private final List<String> dtypes;
    private final Text text;
    private final PerplexityOptions options;
    private final List<Perplexity> rows = new ArrayList<>();
    private List<ChunkScore> begun = List.of();
    private RunLog log;
    private String note = "";

    /**
     * @param models names; none for the loaded one
     * @param dtypes names; none for as it is
     */
    PerplexityGrid(
            NotebookSession session, List<String> models, List<String> dtypes, Text text, PerplexityOptions options) {
        this.session = session;
        this.models = models;
        this.dtypes = dtypes;
        this.text = text;
        this.options = options;
    }

    /** What is measured so far; the last may have been stopped. */
    List<Perplexity> rows() {
        return List.copyOf(rows);
    }

    /** Measures all cells, or until it is stopped. Returns where they are kept. */
    View measure(Output.Live live, boolean fresh) {
        boolean whole = false;
        if (models.isEmpty()) {
            Llm llm = session.llm();
            open(llm.name(), dtypes.isEmpty() ? List.of(llm.dtype()) : dtypes, fresh);
            whole = each(llm, 0, live);
        } else {
            open(String.join(",", models), dtypes, fresh);
            for (int m = 0; m < models.size(); m++) {
                whole = rows.size() >= (m + 1) * columns() || beside(models.get(m), m * columns(), live);
                if (!whole) {
                    break;
                }
            }
        }
        if (whole) {
            keep(() -> log.complete());
        }
        return View.note(note.isEmpty() ? "kept in " + log.path() : note);
    }

    private int columns() {
        return Math.max(1, dtypes.size());
    }

    /** Begins a run, or takes up the one that an equal call was stopped in. */
    private void open(String model, List<String> asked, boolean fresh) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("models", model);
        settings.put("dtypes", asked);
        settings.put("text", text.name());
        settings.put("characters", text.content().length());
        settings.put("convention", options.convention().id());
        settings.put("chunk", options.chunk());
        settings.put("chunks", options.chunks());
        settings.put("reference", options.reference());
        settings.put("attention", models.isEmpty() ? session.llm().status().attention() : "");
        RunStore store = session.store();
        Optional<StoredRun> stopped = fresh ? Optional.empty() : store.unfinished(KIND, settings);
        log = stopped.map(store::resume).orElseGet(() -> store.begin(KIND, settings));
        stopped.ifPresent(this::takeUp);
    }

    private void takeUp(StoredRun run) {
        List<Perplexity> before = run.rows(Perplexity.class);
        before.stream().filter(row -> !row.stopped()).forEach(rows::add);
        if (!before.isEmpty() && before.getLast().stopped()) {
            begun = before.getLast().scores();
        }
        note = "goes on with %s: %d %s and %d chunks were measured before"
                .formatted(run.path(), rows.size(), rows.size() == 1 ? "cell" : "cells", begun.size());
    }

    private boolean beside(String name, int first, Output.Live live) {
        try (Llm llm = Loupe.load(name, new ProgressBar(live, Views.of(rows)))) {
            return each(llm, first, live);
        }
    }

    /** Measures one model's cells, of which those before the first free one are known. */
    private boolean each(Llm llm, int first, Output.Live live) {
        if (dtypes.isEmpty()) {
            return rows.size() > first || cell(llm, live);
        }
        Status status = llm.status();
        String before = status.dtype().equals(status.storedDtype()) ? "stored" : llm.dtype();
        try {
            for (int d = rows.size() - first; d < dtypes.size(); d++) {
                llm.dtype(dtypes.get(d), new ProgressBar(live, Views.of(rows)));
                if (!cell(llm, live)) {
                    return false;
                }
                live.update(Views.of(rows));
            }
            return true;
        } finally {
            llm.dtype(before, new ProgressBar(live, Views.of(rows)));
        }
    }

    /** Whether it came to its end. */
    private boolean cell(Llm llm, Output.Live live) {
        Perplexity row =
                llm.perplexity(text.name(), text.content(), options, begun, new ProgressBar(live, Views.of(rows)));
        begun = List.of();
        rows.add(row);
        keep(() -> log.add(row));
        return !row.stopped();
    }

    /** A measurement is not lost because it cannot be written down. */
    private void keep(Runnable write) {
        try {
            write.run();
        } catch (LoupeException e) {
            note = "not kept: " + e.getMessage();
        }
    }
}
