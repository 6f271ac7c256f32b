package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.DtypeRequest;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Status;
import dev.loupe.datasets.Text;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Views;
import dev.loupe.viz.PerplexityPlot;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code perplexity}: how surprised the model is by a text, as it is or as each of several dtypes.
 *
 * <p>Invariant: afterwards the model has the dtype it had before, whatever happened.
 */
final class PerplexityCommand implements Command {
    private static final Usage USAGE = new Usage(
            "perplexity",
            false,
            "",
            "measures how surprised the model is by a text; lower is better",
            List.of(
                    Option.named("dtypes", "A,B,...", "measure as each of these, then go back"),
                    Option.named("text", "primer|wikitext|FILE", "what to read (primer)", "primer", "wikitext"),
                    Option.named("chunk", "N", "tokens read at a time, the second half counts (512)"),
                    Option.named("chunks", "N", "how many chunks at most (all)")),
            List.of("", "dtypes=fp16,sym_int8,sym_int4 chunks=4"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        arguments.positionals(0, session.output().call("perplexity", "text=primer"));
        Llm llm = session.llm();
        Text text = Texts.of(arguments.find("text").orElse("primer"));
        int chunk = (int) arguments.integer("chunk", 512, 2, Integer.MAX_VALUE);
        int all = Math.max(1, llm.tokenizer().encode(text.content()).length / chunk);
        var task = new Task(text, chunk, (int) Math.min(all, arguments.integer("chunks", all, 1, Integer.MAX_VALUE)));
        List<String> dtypes = dtypes(arguments);
        var rows = new ArrayList<Perplexity>();
        try (Output.Live live = session.output().live()) {
            if (dtypes.isEmpty()) {
                rows.add(task.run(llm, new ProgressBar(live)));
            } else {
                each(dtypes, task, llm, rows, live);
            }
            live.finish(Views.of(rows));
        }
        if (rows.size() > 1) {
            session.output().show(PerplexityPlot.of(rows));
        }
        return new Perplexities(rows);
    }

    private static void each(List<String> dtypes, Task task, Llm llm, List<Perplexity> rows, Output.Live live) {
        Status status = llm.status();
        String before = status.dtype().equals(status.storedDtype()) ? "stored" : llm.dtype();
        try {
            for (String dtype : dtypes) {
                var bar = new ProgressBar(live, Views.of(rows));
                llm.dtype(dtype, bar);
                Perplexity row = task.run(llm, bar);
                rows.add(row);
                if (row.chunks() < row.requestedChunks()) {
                    break;
                }
                live.update(Views.of(rows));
            }
        } catch (RuntimeException | Error e) {
            llm.dtype(before);
            throw e;
        }
        llm.dtype(before, new ProgressBar(live, Views.of(rows)));
    }

    private record Task(Text text, int chunk, int chunks) {
        Perplexity run(Llm llm, ProgressBar bar) {
            return llm.perplexity(text.name(), text.content(), chunk, chunks, bar);
        }
    }

    private static List<String> dtypes(Arguments arguments) {
        List<String> names = arguments.list("dtypes");
        if (arguments.has("dtypes") && names.isEmpty()) {
            throw new LoupeException(
                    "dtypes names no dtype; write them with commas between, as in dtypes=fp16,sym_int4.");
        }
        names.forEach(DtypeRequest::parse);
        return names;
    }
}
