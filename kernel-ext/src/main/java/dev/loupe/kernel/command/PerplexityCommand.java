package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.DtypeRequest;
import dev.loupe.Option;
import dev.loupe.datasets.Text;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Convention;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import dev.loupe.viz.HeatMap;
import dev.loupe.viz.PerplexityPlot;
import dev.loupe.viz.TradeOffPlot;
import java.util.List;

/**
 * {@code perplexity}: how surprised the model is by a text, as it is, as each of several dtypes, or several models.
 *
 * <p>Invariant: afterwards the model has the dtype it had before, whatever happened; what was measured until a stop is
 * kept, and the same call goes on with it.
 */
final class PerplexityCommand implements Command {
    private static final Usage USAGE = new Usage(
            "perplexity",
            false,
            "",
            "measures how surprised the model is by a text; lower is better. Stopped, it goes on when called again",
            List.of(
                    Option.named("dtypes", "A,B,...", "measure as each of these, then go back"),
                    Option.named("models", "A,B,...", "measure each of these beside the loaded one (the loaded one)"),
                    Option.named("text", "primer|wikitext|FILE", "what to read (primer)", "primer", "wikitext"),
                    Option.named("chunk", "N", "tokens read at a time, the second half counts (512)"),
                    Option.named("chunks", "N", "how many chunks at most (all)"),
                    Option.named(
                            "convention",
                            "C",
                            "how the text is cut and scored (ipex)",
                            Convention.ids().toArray(String[]::new)),
                    Option.named("reference", "D", "also tell what was lost against this dtype: KL and top-1", "fp16"),
                    Option.flag("fresh", "measure anew what a stopped call has measured")),
            List.of("", "dtypes=fp16,sym_int8,sym_int4 chunks=4", "dtypes=sym_int8,sym_int4 reference=fp16 chunks=4"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        arguments.positionals(0, session.output().call("perplexity", "text=primer"));
        if (!arguments.has("models")) {
            session.llm();
        }
        var options = new PerplexityOptions(
                arguments.find("convention").map(Convention::parse).orElse(Convention.IPEX),
                (int) arguments.integer("chunk", 512, 4, Integer.MAX_VALUE),
                (int) arguments.integer("chunks", 0, 1, Integer.MAX_VALUE),
                arguments.find("reference").map(PerplexityCommand::known).orElse(""));
        List<String> models = names(arguments, "models");
        List<String> dtypes = dtypes(arguments);
        List<Perplexity> rows;
        try (Output.Live live = session.output().live()) {
            Text text = Texts.of(arguments.find("text").orElse("primer"), new ProgressBar(live));
            var grid = new PerplexityGrid(session, models, dtypes, text, options);
            View kept = grid.measure(live, arguments.flag("fresh", false));
            rows = grid.rows();
            live.finish(View.column(Views.of(rows), kept));
        }
        draw(rows, session.output());
        return new Perplexities(rows);
    }

    /** What several measurements are drawn as: a map where there are several models, and what size buys. */
    static void draw(List<Perplexity> rows, Output output) {
        List<Perplexity> measured = rows.stream().filter(p -> p.chunks() > 0).toList();
        if (measured.size() < 2) {
            return;
        }
        boolean models = measured.stream().map(Perplexity::model).distinct().count() > 1;
        output.show(models ? HeatMap.of(measured) : PerplexityPlot.of(measured));
        output.show(TradeOffPlot.of(measured));
    }

    private static List<String> dtypes(Arguments arguments) {
        List<String> names = names(arguments, "dtypes");
        names.forEach(PerplexityCommand::known);
        return names;
    }

    private static String known(String dtypes) {
        DtypeRequest.parse(dtypes);
        return dtypes;
    }

    private static List<String> names(Arguments arguments, String option) {
        List<String> names = arguments.list(option);
        if (arguments.has(option) && names.isEmpty()) {
            throw new LoupeException(
                    "%s names nothing; write names with commas between, as in dtypes=fp16,sym_int4.".formatted(option));
        }
        return names;
    }
}
