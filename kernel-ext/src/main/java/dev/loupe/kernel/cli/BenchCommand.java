package dev.loupe.kernel.cli;

import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.decode.TokenListener;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.eval.ShapeBench;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code loupe bench}: tokens per second as llama-bench measures them
 * (github.com/ggml-org/llama.cpp/tree/master/tools/llama-bench).
 *
 * <p>pp reads a prompt of random tokens, tg generates after BOS alone. Invariant: every repetition starts with an empty
 * cache, and one more of each comes first and does not count.
 */
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
            names = "--shape",
            paramLabel = "NAME",
            description =
                    "random weights in the shape of a model instead of a file: llama2-7b, llama3-8b, tiny; writes after the"
                            + " prompt, with an fp16 cache where the device reads it")
    private String shape;

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
        if (shape != null) {
            ofShape();
            return;
        }
        try (Llm llm = model.load(terminal)) {
            var random = new Random(0);
            var results = new ArrayList<Result>();
            if (prompt > 0) {
                results.add(measure(llm, "pp" + prompt, () -> read(llm, random)));
            }
            if (generate > 0) {
                results.add(measure(llm, "tg" + generate, () -> write(llm)));
            }
            show(results);
        }
    }

    private void show(List<Result> results) {
        if (common.json) {
            terminal.json(results);
        } else {
            print(results);
        }
    }

    private void ofShape() {
        RandomModel.Sizes sizes = RandomModel.Sizes.KNOWN.stream()
                .filter(known -> known.name().equals(shape))
                .findFirst()
                .orElseThrow(() -> new LoupeException("There is no shape \"%s\"; choose one of %s."
                        .formatted(
                                shape,
                                RandomModel.Sizes.KNOWN.stream()
                                        .map(RandomModel.Sizes::name)
                                        .collect(Collectors.joining(", ")))));
        DType dtype = DTypes.parse(model.dtype("sym_int4"));
        var ledger = new MemoryLedger();
        Device device = Devices.find(model.device());
        try (Backend backend = Devices.open(device, model.threads(), ledger, new Cancellation());
                var bench = new ShapeBench(sizes, dtype, backend, ledger, Math.max(1, prompt), generate)) {
            var rates = new double[2][repetitions];
            bench.measure();
            bench.measure();
            for (int i = 0; i < repetitions; i++) {
                double[] measured = bench.measure();
                rates[0][i] = measured[0];
                rates[1][i] = measured[1];
            }
            String[] tests = {"pp" + Math.max(1, prompt), "tg" + generate + "@" + Math.max(1, prompt)};
            var results = new ArrayList<Result>();
            for (int i = 0; i < (generate > 0 ? 2 : 1); i++) {
                results.add(new Result(
                        tests[i],
                        mean(rates[i]),
                        deviation(rates[i]),
                        dtype.id(),
                        backend.device(),
                        backend.threads(),
                        sizes.name() + ", random"));
            }
            show(results);
        }
    }

    /** Times of reading: new random tokens each time, BOS first, so that nothing is found in a cache. */
    private Timing read(Llm llm, Random random) {
        int[] ids = random.ints(prompt, 0, llm.tokenizer().vocabularySize()).toArray();
        llm.tokenizer().bos().ifPresent(bos -> ids[0] = bos);
        return new Timing(
                prompt, llm.generate(ids, options(1), TokenListener.NONE).promptNanos());
    }

    /** Times of writing: the first token comes from the prompt's logits, so one more is made and that one not timed. */
    private Timing write(Llm llm) {
        int[] ids = {llm.tokenizer().bos().orElse(0)};
        Run run = llm.generate(ids, options(generate + 1), TokenListener.NONE);
        return new Timing(generate, LongStream.of(run.tokenNanos()).skip(1).sum());
    }

    private static GenerateOptions options(int maxTokens) {
        return GenerateOptions.builder()
                .maxTokens(maxTokens)
                .raw(true)
                .ignoreEos(true)
                .build();
    }

    private Result measure(Llm llm, String test, Supplier<Timing> once) {
        Progress progress = terminal.progress();
        once.get();
        var rates = new double[repetitions];
        for (int i = 0; i < repetitions; i++) {
            progress.update(test, i, repetitions);
            rates[i] = once.get().perSecond();
        }
        progress.update(test, repetitions, repetitions);
        return new Result(test, mean(rates), deviation(rates), llm.dtype(), llm.device(), llm.threads(), llm.name());
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    /** The sample's standard deviation, 0 of a single value. */
    static double deviation(double... values) {
        double mean = mean(values);
        double squares =
                DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum();
        return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
    }

    private void print(List<Result> results) {
        String row = "%-32s %-22s %-8s %7s %6s  %s%n";
        terminal.out().printf(row, "model", "dtype", "device", "threads", "test", "tokens/s");
        results.forEach(r -> terminal.out()
                .printf(
                        Locale.ROOT,
                        row,
                        r.model(),
                        r.dtype(),
                        r.device(),
                        r.threads(),
                        r.test(),
                        String.format(Locale.ROOT, "%.2f ± %.2f", r.tokensPerSecond(), r.deviation())));
    }

    private record Timing(int tokens, long nanos) {
        double perSecond() {
            return tokens * 1e9 / nanos;
        }
    }

    /** What {@code --json} prints, one for each test. */
    record Result(
            String test,
            double tokensPerSecond,
            double deviation,
            String dtype,
            String device,
            int threads,
            String model) {}
}
