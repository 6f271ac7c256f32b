package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Views;
import dev.loupe.runs.RunLog;
import dev.loupe.runs.RunStore;
import dev.loupe.viz.ComparisonPlot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code compare}: one prompt under every combination of some switches' values; the value is the {@link Comparison}.
 */
final class CompareCommand implements Command {
    private static final Usage USAGE = new Usage(
            "compare",
            true,
            "",
            "generates with every combination of some switches' values: speed, memory, first other token, change of log p",
            Comparison.OPTIONS,
            List.of("dtype=fp16,sym_int4 speculate=off,lookup max_tokens=64\nWhy is the sky blue?"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        arguments.positionals(0, session.output().call("compare", "dtype=fp16,sym_int4"));
        Llm llm = session.llm();
        try (Output.Live live = session.output().live()) {
            Comparison comparison = Comparison.of(
                    llm, body.isBlank() ? arguments : arguments.with("prompt", body), new ProgressBar(live));
            live.finish(Views.of(comparison));
            session.output().show(ComparisonPlot.of(comparison));
            session.keep(comparison);
            store(comparison, session.store());
            return comparison;
        }
    }

    private static void store(Comparison comparison, RunStore store) {
        RunLog log = store.begin("compare", Map.of("model", comparison.model(), "prompt", comparison.prompt()));
        for (Comparison.Row row : comparison.rows()) {
            var line = new LinkedHashMap<String, Object>(row.settings());
            line.put("tokens_per_second", row.tokensPerSecond());
            line.put("prompt_tokens_per_second", row.promptTokensPerSecond());
            line.put("bytes", row.bytes());
            line.put("first_difference", row.firstDifference());
            line.put("log_probability_difference", row.logProbabilityDifference());
            log.add(line);
        }
        log.complete();
    }
}
