package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Switch;
import dev.loupe.TextComparison;
import dev.loupe.datasets.Text;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.trace.Progress;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Views;
import dev.loupe.runs.RunLog;
import dev.loupe.runs.RunStore;
import dev.loupe.viz.ComparisonPlot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code compare}: one prompt, or one text, under every combination of some switches' values; the value is the
 * {@link Comparison} or the {@link TextComparison}.
 */
public final class CompareCommand implements Command {
    private static final List<Option> TEXT = List.of(
            Option.named(
                    "text", "primer|wikitext|FILE", "measure the perplexity of this instead", "primer", "wikitext"),
            Option.named("chunk", "N", "of a text: tokens read at a time, the second half counts (512)"),
            Option.named("chunks", "N", "of a text: how many chunks (4)"));

    /** Every switch, the options of a generation, and those of a text. */
    public static final List<Option> OPTIONS =
            Stream.concat(Comparison.OPTIONS.stream(), TEXT.stream()).toList();

    private static final Usage USAGE = new Usage(
            "compare",
            true,
            "",
            "generates with every combination of some switches' values: speed, memory, first other token, change of log p;"
                    + " or measures each one's perplexity of a text",
            OPTIONS,
            List.of(
                    "dtype=fp16,sym_int4 speculate=off,lookup max_tokens=64\nWhy is the sky blue?",
                    "cache=\"full,q8_0,compress=snapkv budget=128\" text=primer chunks=4"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        arguments.positionals(0, session.output().call("compare", "dtype=fp16,sym_int4"));
        Llm llm = session.llm();
        try (Output.Live live = session.output().live()) {
            var progress = new ProgressBar(live);
            if (arguments.has("text")) {
                if (!body.isBlank()) {
                    throw new LoupeException("A text is read, a prompt is answered; give one of them.");
                }
                TextComparison comparison = texts(llm, arguments, progress);
                live.finish(Views.of(comparison));
                store(comparison, session.store());
                return comparison;
            }
            Comparison comparison =
                    Comparison.of(llm, body.isBlank() ? arguments : arguments.with("prompt", body), progress);
            live.finish(Views.of(comparison));
            session.output().show(ComparisonPlot.of(comparison));
            session.keep(comparison);
            store(comparison, session.store());
            return comparison;
        }
    }

    /** Measures the text that the arguments name. */
    public static TextComparison texts(Llm llm, Arguments arguments, Progress progress) {
        for (Option option : Comparison.OPTIONS) {
            boolean isSwitch = Switch.ALL.stream().anyMatch(each -> each.name().equals(option.name()));
            if (!isSwitch && arguments.has(option.name())) {
                throw new LoupeException(
                        "%s is for a prompt, and a text is only read; leave one of them out.".formatted(option.name()));
            }
        }
        Text text = Texts.of(arguments.find("text").orElseThrow(), progress);
        var options = PerplexityOptions.of((int) arguments.integer("chunk", 512, 4, Integer.MAX_VALUE), (int)
                arguments.integer("chunks", 4, 1, Integer.MAX_VALUE));
        return TextComparison.of(llm, text.name(), text.content(), options, arguments, progress);
    }

    private static void store(TextComparison comparison, RunStore store) {
        var first = comparison.rows().getFirst().perplexity();
        RunLog log = store.begin("compare text", Map.of("model", first.model(), "text", first.text()));
        for (TextComparison.Row row : comparison.rows()) {
            var line = new LinkedHashMap<String, Object>(row.settings());
            line.put("perplexity", row.perplexity().perplexity());
            line.put("standard_error", row.perplexity().standardError());
            line.put("chunks", row.perplexity().chunks());
            line.put("weight_bytes", row.perplexity().weightBytes());
            line.put("cache_bytes", row.perplexity().cacheBytes());
            log.add(line);
        }
        log.complete();
    }

    private static void store(Comparison comparison, RunStore store) {
        RunLog log = store.begin("compare", Map.of("model", comparison.model(), "prompt", comparison.prompt()));
        for (Comparison.Row row : comparison.rows()) {
            var line = new LinkedHashMap<String, Object>(row.settings());
            line.put("tokens_per_second", row.tokensPerSecond());
            line.put("prompt_tokens_per_second", row.promptTokensPerSecond());
            line.put("speed_up", comparison.speedUp(row));
            line.put("bytes", row.bytes());
            line.put("drafted", row.drafted());
            line.put("accepted", row.accepted());
            line.put("first_difference", row.firstDifference());
            line.put("log_probability_difference", row.logProbabilityDifference());
            log.add(line);
        }
        log.complete();
    }
}
