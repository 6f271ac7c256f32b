package dev.loupe.kernel.cli;

import dev.loupe.Arguments;
import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.TextComparison;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.Views;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code loupe compare}: prompts, or a text, under every combination of some switches' values. */
@Command(
        name = "compare",
        description = "Generate after prompts, or read a text, with every combination of some switches' values.",
        sortOptions = false)
final class CompareCommand implements Runnable {
    private static final List<dev.loupe.Option> OPTIONS = dev.loupe.kernel.command.CompareCommand.OPTIONS;

    private final Terminal terminal;

    @Parameters(
            paramLabel = "NAME=VALUE",
            arity = "1..*",
            description =
                    "as %%compare takes it: dtype=fp16,sym_int4 speculate=off,self,lookup cache=\"full,evict=h2o budget=128\""
                            + " rounds=5 max_tokens=96; text=FILE chunks=24 for perplexity")
    private List<String> words;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "what to answer; may be given several times")
    private List<String> prompts = List.of();

    @Mixin
    private ModelOptions model;

    @Mixin
    private CommonOptions common;

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        Arguments arguments =
                Arguments.parse(words.stream().map(CompareCommand::quoted).collect(Collectors.joining(" ")), OPTIONS);
        arguments.positionals(0, "./loupe compare speculate=off,self");
        if (arguments.has("text") && !prompts.isEmpty()) {
            throw new LoupeException("A text is read, a prompt is answered; give text= or --prompt.");
        }
        try (Llm llm = model.load(terminal)) {
            if (arguments.has("text")) {
                show(dev.loupe.kernel.command.CompareCommand.texts(llm, arguments, terminal.progress()));
            } else if (prompts.isEmpty()) {
                show(Comparison.of(llm, arguments, terminal.progress()));
            }
            for (String prompt : prompts) {
                show(Comparison.of(llm, arguments.with("prompt", prompt), terminal.progress()));
            }
        }
    }

    /** The shell has read the quotes: a value is whole whatever it holds. */
    private static String quoted(String word) {
        int equals = word.indexOf('=');
        return equals < 0 ? word : word.substring(0, equals + 1) + Arguments.quote(word.substring(equals + 1));
    }

    private void show(Comparison comparison) {
        if (common.json) {
            terminal.json(comparison.rows().stream()
                    .map(row -> Result.of(comparison, row))
                    .toList());
        } else {
            terminal.out().println(Views.of(comparison).plain());
        }
    }

    private void show(TextComparison comparison) {
        if (common.json) {
            terminal.json(comparison.rows().stream()
                    .map(row -> new TextResult(
                            row.settings(),
                            PerplexityCommand.Result.of(row.perplexity()),
                            row.perplexity().cacheBytes()))
                    .toList());
        } else {
            terminal.out().println(Views.of(comparison).plain());
        }
    }

    /** What {@code --json} prints of a prompt, one for each combination. */
    record Result(
            String prompt,
            Map<String, String> settings,
            Double tokensPerSecond,
            Double speedUp,
            int drafted,
            int accepted,
            int firstDifference,
            long bytes) {
        static Result of(Comparison comparison, Comparison.Row row) {
            return new Result(
                    comparison.prompt(),
                    new LinkedHashMap<>(row.settings()),
                    Terminal.finite(row.tokensPerSecond()),
                    Terminal.finite(comparison.speedUp(row)),
                    row.drafted(),
                    row.accepted(),
                    row.firstDifference(),
                    row.bytes());
        }
    }

    /** What it prints of a text. */
    record TextResult(Map<String, String> settings, PerplexityCommand.Result perplexity, long cacheBytes) {}
}
