package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Roofline;
import dev.loupe.datasets.Text;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.bench.BenchRun;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.View;
import dev.loupe.runs.RunStore;
import dev.loupe.runs.StoredRun;
import dev.loupe.viz.AcceptancePlot;
import dev.loupe.viz.AttentionPlot;
import dev.loupe.viz.Figure;
import dev.loupe.viz.LatencyPlot;
import dev.loupe.viz.MemoryPlot;
import dev.loupe.viz.PerplexityPlot;
import dev.loupe.viz.PositionPlot;
import dev.loupe.viz.RooflinePlot;
import dev.loupe.viz.SpeedPlot;
import dev.loupe.viz.TokenTimeline;
import java.util.List;

/** {@code plot}: a picture of the measurements so far; the value is the {@link Figure}, which has a table too. */
final class PlotCommand implements Command {
    private static final List<String> KINDS = List.of(
            "latency", "memory", "perplexity", "tokens", "acceptance", "attention", "position", "roofline", "bench");
    private static final String BENCH = KINDS.getLast();
    private static final int[] CONTEXTS = {256, 512, 1024, 2048, 4096, 8192};
    private static final int POSITIONS = 1_024;
    private static final Usage USAGE = new Usage(
            "plot",
            false,
            String.join(" | ", KINDS) + " [RUN ...]",
            "draws the last runs' latency, the memory by dtype, the perplexities measured, the last run token by token, or how"
                    + " many drafted tokens were accepted; measures and draws what flash and naive attention cost, the"
                    + " perplexity against position, how near to its device's limits the model comes as it runs now; draws the"
                    + " last './loupe bench', or those with the numbers that 'runs' lists",
            List.of(),
            List.of("latency", "roofline", "bench", "bench 2"));

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
        if (arguments.positionals().stream().limit(1).toList().equals(List.of(BENCH))) {
            return shown(bench(arguments.positionals(), session), session);
        }
        String kind = Choice.of(arguments, "plot", KINDS, session)
                .orElseThrow(() -> new LoupeException("A plot needs its kind; use one of %s, as in %s."
                        .formatted(String.join(", ", KINDS), session.output().call("plot", "latency"))));
        checkMeasured(kind, session);
        return shown(figure(kind, session), session);
    }

    private static Figure shown(Figure figure, NotebookSession session) {
        session.output().show(figure);
        return figure;
    }

    private static Figure figure(String kind, NotebookSession session) {
        return switch (kind) {
            case "latency" -> LatencyPlot.of(session.runs());
            case "memory" -> memory(session);
            case "tokens" -> TokenTimeline.of(session.runs());
            case "acceptance" -> AcceptancePlot.of(session.runs());
            case "attention" -> attention(session);
            case "position" -> position(session);
            case "roofline" -> roofline(session);
            default -> PerplexityPlot.of(session.perplexities());
        };
    }

    /** Those that the words after the first name, together; without any, the last. */
    private static Figure bench(List<String> words, NotebookSession session) {
        RunStore store = session.store();
        List<StoredRun> runs = words.size() > 1
                ? words.stream().skip(1).map(store::find).toList()
                : store.list().stream().filter(BenchRun::is).toList();
        if (runs.isEmpty()) {
            throw new LoupeException("No benchmark is kept in %s yet; begin with './loupe bench --runs %s'."
                    .formatted(store.folder(), store.folder().toAbsolutePath()));
        }
        List<StoredRun> drawn = words.size() > 1 ? runs : List.of(runs.getLast());
        return SpeedPlot.of(
                drawn.stream().flatMap(run -> BenchRun.speeds(run).stream()).toList());
    }

    private static void checkMeasured(String kind, NotebookSession session) {
        Output output = session.output();
        if (List.of("latency", "tokens", "acceptance").contains(kind)
                && session.runs().isEmpty()) {
            throw new LoupeException("No run is measured yet; begin with %s."
                    .formatted(output.call("generate", "\"Why is the sky blue?\"")));
        }
        if (kind.equals("memory") && session.memorySamples().isEmpty()) {
            throw new LoupeException("No model has run yet; begin with %s.".formatted(output.call("model", "smollm2")));
        }
        if (kind.equals("perplexity") && session.perplexities().stream().allMatch(p -> p.chunks() == 0)) {
            throw new LoupeException("No perplexity is measured yet; begin with %s."
                    .formatted(output.call("perplexity", "dtypes=fp16,sym_int4")));
        }
    }

    private static Figure memory(NotebookSession session) {
        return session.loaded()
                .map(llm -> MemoryPlot.of(llm.memorySamples(), llm.name(), llm.threads()))
                .orElseGet(() -> MemoryPlot.of(session.memorySamples()));
    }

    private static Figure attention(NotebookSession session) {
        Llm llm = session.llm();
        return AttentionPlot.of(llm.attention().costs(CONTEXTS), llm.name(), llm.device(), llm.threads());
    }

    /** Measures the model as it runs now, and draws it beside what was measured before. */
    private static Figure roofline(NotebookSession session) {
        session.keep(Roofline.of(session.llm()));
        return RooflinePlot.of(session.standings());
    }

    /** Measures the setting of now, and draws it beside those measured before. */
    private static Figure position(NotebookSession session) {
        Llm llm = session.llm();
        Text text = Texts.primer();
        try (Output.Live live = session.output().live()) {
            var loss = llm.attention().positions(text.name(), text.content(), POSITIONS, new ProgressBar(live));
            live.finish(View.note(loss.toString()));
        }
        return PositionPlot.of(llm.attention().losses());
    }
}
