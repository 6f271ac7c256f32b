package dev.loupe.kernel.cli;

import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.TokenListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code loupe generate}: writes on after a prompt; the text appears as it is made. */
@Command(name = "generate", description = "Write on after a prompt.", sortOptions = false)
final class GenerateCommand implements Runnable {
    /** A process that has just begun measures its compiler too. */
    private static final String COLD = "; from a cold start, './loupe bench' measures warm";

    private final Terminal terminal;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT|-",
            required = true,
            description = "what to answer; - reads standard input, without its last line end")
    private String prompt;

    @Option(names = "--raw", description = "give the prompt as it is, without the chat template")
    private boolean raw;

    @Option(names = "--max-tokens", paramLabel = "N", description = "most tokens to generate (256)")
    private Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "0 takes the likeliest token, above 0 samples (0)")
    private Double temperature;

    @Option(names = "--top-p", paramLabel = "P", description = "keep the likeliest tokens that sum to P, 1 for all (1)")
    private Double topP;

    @Option(names = "--seed", paramLabel = "S", description = "start of the random numbers (0)")
    private Long seed;

    @Option(names = "--ignore-eos", description = "go on after the model ends its turn")
    private boolean ignoreEos;

    @Mixin
    private ModelOptions model;

    @Mixin
    private CommonOptions common;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        GenerateOptions options = options();
        String text = prompt.equals("-") ? standardInput() : prompt;
        try (Llm llm = model.loadCold(terminal)) {
            if (common.json) {
                terminal.json(Result.of(llm.generate(text, options)));
            } else {
                TokenListener print = (_, piece) -> {
                    terminal.out().print(piece);
                    terminal.out().flush();
                };
                Run run = llm.generate(text, options, print);
                terminal.out().println();
                terminal.err().println(run.footer() + COLD);
            }
        }
    }

    private GenerateOptions options() {
        var builder = GenerateOptions.builder().raw(raw).ignoreEos(ignoreEos);
        if (maxTokens != null) {
            builder.maxTokens(maxTokens);
        }
        if (temperature != null) {
            builder.temperature(temperature);
        }
        if (topP != null) {
            builder.topP(topP);
        }
        if (seed != null) {
            builder.seed(seed);
        }
        return builder.build();
    }

    private String standardInput() {
        try {
            return new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
        } catch (IOException e) {
            throw new LoupeException("Cannot read the prompt from standard input; give it with --prompt TEXT.", e);
        }
    }

    /** What {@code --json} prints. */
    record Result(
            int[] promptIds,
            int[] ids,
            String text,
            Double promptTokensPerSecond,
            Double generationTokensPerSecond,
            Double firstTokenMillis) {
        static Result of(Run run) {
            return new Result(
                    run.promptIds(),
                    run.ids(),
                    run.text(),
                    Terminal.finite(run.promptTokensPerSecond()),
                    Terminal.finite(run.generationTokensPerSecond()),
                    Terminal.finite(run.firstTokenMillis()));
        }
    }
}
