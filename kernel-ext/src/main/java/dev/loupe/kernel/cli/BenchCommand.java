package dev.loupe.kernel.cli;

import dev.loupe.Llm;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Speed;
import dev.loupe.kernel.bench.BenchRun;
import dev.loupe.kernel.bench.Peer;
import dev.loupe.kernel.bench.StartUp;
import dev.loupe.kernel.bench.Sweep;
import dev.loupe.kernel.view.Views;
import dev.loupe.runs.RunStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code loupe bench}: tokens per second, ours alone, over a sweep of settings, or in turns with other engines. */
@Command(name = "bench", description = "Tokens per second, reading (pp) and generating (tg).", sortOptions = false)
final class BenchCommand implements Runnable {
    private final Terminal terminal;

    @Option(
            names = "--prompt",
            paramLabel = "N",
            defaultValue = "512",
            description = "tokens to read, 0 for no such test (${DEFAULT-VALUE})")
    private int prompt;

    @Option(
            names = "--generate",
            paramLabel = "N",
            defaultValue = "64",
            description = "tokens to generate, 0 for no such test (${DEFAULT-VALUE})")
    private int generate;

    @Option(names = "--repetitions", paramLabel = "N", defaultValue = "5", description = "how often (${DEFAULT-VALUE})")
    private int repetitions;

    @Option(
            names = "--sweep",
            paramLabel = "WHAT=A,B",
            arity = "1..3",
            description = "every one with every other: dtype=A,B threads=1,2 context=512,4096 (read before generating)")
    private List<String> sweep = List.of();

    @Option(
            names = "--peer",
            paramLabel = "NAME=PATH",
            description =
                    "take turns with another engine on the same GGUF file: llama-bench=PATH, llama3.java=PATH; the name may go"
                            + " on, and options may follow: \"llama-bench-ik=PATH -rtr 1\"")
    private List<String> peers = List.of();

    @Option(
            names = "--cache",
            paramLabel = "C",
            description = "keep keys and values as fp32, f16, q8_0, ... (fp32; llama-bench has f16)")
    private String cache;

    @Option(
            names = "--runs",
            paramLabel = "FOLDER",
            defaultValue = "loupe-runs",
            description = "where results are kept for %%runs and %%plot bench (${DEFAULT-VALUE})")
    private Path runs;

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            description =
                    "random weights in the shape of a model instead of a file: llama2-7b, llama3-8b, tiny; writes after the"
                            + " prompt, with an fp16 cache where the device reads it")
    private String shape;

    @Option(
            names = "--startup",
            description = "how soon a fresh process has its first token, and how fast the next 31 are")
    private boolean startup;

    @Mixin
    private ModelOptions model;

    @Mixin
    private CommonOptions common;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if (prompt < 0 || generate < 0 || repetitions < 1) {
            throw new LoupeException(
                    "Nothing to measure; give --repetitions of 1 or more and token numbers of 0 or more.");
        }
        if (startup) {
            StartUp measured = StartUp.measure(model.words(), repetitions, terminal.progress());
            if (common.json) {
                terminal.json(measured);
            } else {
                terminal.out().println(measured);
            }
            return;
        }
        if (shape != null) {
            if (!peers.isEmpty() || !sweep.isEmpty()) {
                throw new LoupeException(
                        "Random weights are measured as they are; use --shape without --peer and --sweep.");
            }
            show(ShapeResults.measure(shape, model, prompt, generate, repetitions));
            return;
        }
        Sweep settings = Sweep.parse(sweep);
        List<Peer> others = peers.stream().map(Peer::parse).toList();
        if (!others.isEmpty() && settings.converts()) {
            throw new LoupeException("Peers run what the file holds; use --peer without --sweep dtype=....");
        }
        Path file = others.isEmpty() ? null : peerFile();
        try (Llm llm = model.load(terminal)) {
            if (cache != null) {
                llm.cache(cache);
            }
            var results = new ArrayList<Speed>();
            var run = new BenchRun(prompt, generate, repetitions, settings, others, file);
            Path kept = run.measure(llm, RunStore.in(runs), terminal.progress(), results::addAll);
            show(results);
            terminal.err().printf("kept in %s; draw it with %%plot bench%n", kept);
        }
    }

    private void show(List<Speed> results) {
        if (common.json) {
            terminal.json(results);
        } else {
            terminal.out().println(Views.speeds(results).plain());
        }
    }

    private Path peerFile() {
        Path file = model.file(terminal);
        if (!Files.isRegularFile(file) || model.converts()) {
            throw new LoupeException("Peers read a GGUF file as it is stored; give such a --model, without --dtype.");
        }
        return file;
    }
}
