package dev.loupe.kernel.cli;

import dev.loupe.Llm;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code loupe bench}: tokens per second, ours alone, over a sweep of settings, or in turns with other engines.
 *
 * <p>Invariant: one turn of each engine comes first and does not count; then turns alternate, and a ratio compares two
 * turns that followed each other.
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
            names = "--sweep",
            paramLabel = "WHAT=A,B",
            arity = "1..3",
            description = "every one with every other: dtype=A,B threads=1,2 context=512,4096 (read before generating)")
    private List<String> sweep = List.of();

    @Option(
            names = "--peer",
            paramLabel = "NAME=PATH",
            description = "take turns with another engine on the same GGUF file: llama-bench=PATH, llama3.java=PATH")
    private List<String> peers = List.of();

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
            if (!peers.isEmpty() || !sweep.isEmpty()) {
                throw new LoupeException(
                        "Random weights are measured as they are; use --shape without --peer and --sweep.");
            }
            show(ShapeResults.measure(shape, model, prompt, generate, repetitions));
            return;
        }
        List<Sweep.Setting> settings = Sweep.parse(sweep).settings();
        List<Peer> others = peers.stream().map(Peer::parse).toList();
        if (!others.isEmpty() && !sweep.isEmpty()) {
            throw new LoupeException("Peers run what the file holds; use --peer without --sweep.");
        }
        Path file = others.isEmpty() ? null : peerFile();
        try (Llm llm = model.load(terminal)) {
            var results = new ArrayList<Result>();
            for (Sweep.Setting setting : settings) {
                setting.apply(llm);
                results.addAll(measure(llm, setting, file, others));
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

    private Path peerFile() {
        Path file = model.file(terminal);
        if (!Files.isRegularFile(file) || model.converts()) {
            throw new LoupeException("Peers read a GGUF file as it is stored; give such a --model, without --dtype.");
        }
        return file;
    }

    private List<Result> measure(Llm llm, Sweep.Setting setting, Path file, List<Peer> others) {
        var engines = new LinkedHashMap<String, Supplier<Rates>>();
        int read = setting.context() > 0 ? setting.context() : prompt;
        var benchmark = new Benchmark(llm, read, generate, new Random(0));
        engines.put("loupe", setting.context() > 0 ? benchmark::turnInContext : benchmark::turn);
        for (Peer peer : others) {
            engines.put(peer.name(), () -> peer.measure(file, llm.threads(), prompt, generate));
        }
        Map<String, List<Rates>> turns = turns(engines);
        var results = new ArrayList<Result>();
        for (var engine : turns.entrySet()) {
            add(results, llm, engine.getKey(), "pp" + read, turns, Rates::prompt);
            add(
                    results,
                    llm,
                    engine.getKey(),
                    "tg" + generate + (setting.context() > 0 ? "@" + read : ""),
                    turns,
                    Rates::generation);
        }
        return results;
    }

    private Map<String, List<Rates>> turns(Map<String, Supplier<Rates>> engines) {
        Progress progress = terminal.progress();
        var turns = new LinkedHashMap<String, List<Rates>>();
        for (int turn = 0; turn <= repetitions; turn++) {
            for (var engine : engines.entrySet()) {
                progress.update("bench " + engine.getKey(), turn, repetitions + 1);
                Rates rates = engine.getValue().get();
                if (turn > 0) {
                    turns.computeIfAbsent(engine.getKey(), name -> new ArrayList<>())
                            .add(rates);
                }
            }
        }
        progress.update("bench", repetitions + 1, repetitions + 1);
        return turns;
    }

    private static void add(
            List<Result> results,
            Llm llm,
            String engine,
            String test,
            Map<String, List<Rates>> turns,
            ToDoubleFunction<Rates> rate) {
        double[] ours = Rates.of(turns.get("loupe"), rate);
        double[] rates = Rates.of(turns.get(engine), rate);
        if (Double.isNaN(rates[0])) {
            return;
        }
        Ratio ratio = engine.equals("loupe") ? null : Ratio.of(ours, rates);
        results.add(new Result(
                test,
                Rates.median(rates),
                deviation(rates),
                llm.dtype(),
                llm.device(),
                llm.threads(),
                llm.name(),
                engine,
                ratio));
    }

    /** The sample's standard deviation, 0 of a single value. */
    static double deviation(double... values) {
        double mean = DoubleStream.of(values).average().orElseThrow();
        double squares =
                DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum();
        return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
    }

    private void print(List<Result> results) {
        String row = "%-32s %-22s %-8s %7s %-12s %10s  %-18s %s%n";
        terminal.out().printf(row, "model", "dtype", "device", "threads", "engine", "test", "tokens/s", "loupe is");
        results.forEach(r -> terminal.out()
                .printf(
                        Locale.ROOT,
                        row,
                        r.model(),
                        r.dtype(),
                        r.device(),
                        r.threads(),
                        r.engine(),
                        r.test(),
                        String.format(Locale.ROOT, "%.2f ± %.2f", r.tokensPerSecond(), r.deviation()),
                        r.ratio() == null ? "" : r.ratio()));
    }

    /**
     * Ours to a peer's, turn by turn.
     *
     * @param median of the turns
     * @param least the worst turn
     * @param most the best turn
     */
    record Ratio(double median, double least, double most) {
        static Ratio of(double[] ours, double[] theirs) {
            var ratios = new double[ours.length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = ours[i] / theirs[i];
            }
            DoubleStream all = DoubleStream.of(ratios);
            var range = all.summaryStatistics();
            return new Ratio(Rates.median(ratios), range.getMin(), range.getMax());
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2fx (%.2f to %.2f)", median, least, most);
        }
    }

    /** What {@code --json} prints, one for each test: the median of the turns. */
    record Result(
            String test,
            double tokensPerSecond,
            double deviation,
            String dtype,
            String device,
            int threads,
            String model,
            String engine,
            Ratio ratio) {}
}
