package dev.loupe.kernel.cli;

import dev.loupe.Llm;
import dev.loupe.datasets.Text;
import dev.loupe.datasets.Texts;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Convention;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code loupe perplexity}: how surprised a model is by a text. */
@Command(name = "perplexity", description = "Measure a model on a text.", sortOptions = false)
final class PerplexityCommand implements Runnable {
    private final Terminal terminal;

    @Option(
            names = "--text",
            paramLabel = "primer|wikitext|FILE",
            defaultValue = "primer",
            description = "what to read (${DEFAULT-VALUE}); a file has to be UTF-8")
    private String text;

    @Option(
            names = "--chunk",
            paramLabel = "N",
            defaultValue = "512",
            description = "tokens in a chunk, the second half scored (${DEFAULT-VALUE})")
    private int chunk;

    @Option(names = "--chunks", paramLabel = "N", description = "how many chunks to read (the whole text)")
    private Integer chunks;

    @Option(
            names = "--convention",
            paramLabel = "C",
            defaultValue = "ipex",
            description = "how it is cut and scored: ipex, llama.cpp, sliding (${DEFAULT-VALUE})")
    private String convention;

    @Option(
            names = "--reference",
            paramLabel = "D",
            defaultValue = "",
            description = "also tell KL divergence and top-1 agreement against this dtype")
    private String reference;

    @Mixin
    private ModelOptions model;

    @Mixin
    private CommonOptions common;

    PerplexityCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        Text read = Texts.of(text, terminal.progress());
        try (Llm llm = model.load(terminal)) {
            Perplexity measured =
                    llm.perplexity(read.name(), read.content(), options(), List.of(), terminal.progress());
            if (common.json) {
                terminal.json(Result.of(measured));
            } else {
                terminal.out().println(line(measured));
            }
        }
    }

    private PerplexityOptions options() {
        if (chunks != null && chunks < 1) {
            throw new LoupeException("--chunks cannot be %d; give at least 1.".formatted(chunks));
        }
        return new PerplexityOptions(Convention.parse(convention), chunk, chunks == null ? 0 : chunks, reference);
    }

    private static String line(Perplexity p) {
        String lost = p.reference().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", KL %.4f and top-1 %.1f %% against %s",
                        p.divergence(),
                        100 * p.agreement(),
                        p.reference());
        return String.format(
                Locale.ROOT,
                "perplexity %.3f ± %.3f on %s, %d chunks of %d tokens, %s%s, %s, %s %.1f MiB, %.1f s",
                p.perplexity(),
                p.standardError(),
                p.text(),
                p.chunks(),
                p.chunk(),
                p.dtype(),
                lost,
                p.device(),
                p.attention(),
                p.cacheBytes() / 1048576.0,
                p.seconds());
    }

    /** What {@code --json} prints. */
    record Result(
            Double perplexity,
            Double standardError,
            Double divergence,
            Double agreement,
            int chunks,
            String dtype,
            double seconds) {
        static Result of(Perplexity p) {
            return new Result(
                    Terminal.finite(p.perplexity()),
                    Terminal.finite(p.standardError()),
                    Terminal.finite(p.divergence()),
                    Terminal.finite(p.agreement()),
                    p.chunks(),
                    p.dtype(),
                    p.seconds());
        }
    }
}
