package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs a prompt over a grid of switches' values. Invariant: afterwards every switch has the value it had before,
 * whatever happened.
 */
final class Comparing {
    /** Options besides those of {@link GenerateOptions}; every switch is one too. */
    static final List<Option> OPTIONS = Stream.of(
                    Switch.ALL.stream()
                            .map(each -> Option.named(
                                    each.name(), "A,B,...", "values of %%%s to compare".formatted(each.name()))),
                    Stream.of(
                            Option.named("prompt", "TEXT", "what to generate after (a question about the sky)"),
                            Option.named("rounds", "N", "how often each is measured, in turn (2)")),
                    GenerateOptions.OPTIONS.stream())
            .flatMap(options -> options)
            .toList();

    private static final int MOST_COMBINATIONS = 64;

    private final Llm llm;
    private final Progress progress;
    private final String prompt;
    private final int rounds;
    private final GenerateOptions options;
    private final List<Map<String, String>> grid;

    Comparing(Llm llm, Arguments arguments, Progress progress) {
        this.llm = llm;
        this.progress = progress;
        prompt = arguments.find("prompt").orElse("Why is the sky blue?");
        rounds = (int) arguments.integer("rounds", 2, 1, 100);
        options = llm.sampling().toBuilder().maxTokens(64).fresh(true).build().with(arguments);
        grid = grid(arguments);
    }

    private static List<Map<String, String>> grid(Arguments arguments) {
        List<Map<String, String>> grid = List.of(Map.of());
        for (Switch axis : Switch.ALL) {
            if (arguments.has(axis.name())) {
                List<String> values = arguments.list(axis.name());
                if (values.isEmpty()) {
                    throw new LoupeException(
                            "%s names no value; write some with commas between, as in dtype=fp16,sym_int4."
                                    .formatted(axis.name()));
                }
                grid = grid.stream()
                        .flatMap(cell -> values.stream().map(value -> with(cell, axis.name(), value)))
                        .toList();
            }
        }
        if (grid.size() < 2 || grid.size() > MOST_COMBINATIONS) {
            throw new LoupeException(
                    "%d combinations cannot be compared, 2 to %d can; give switches with their values, as in dtype=fp16,sym_int4 speculate=off,self."
                            .formatted(grid.size(), MOST_COMBINATIONS));
        }
        return grid;
    }

    private static Map<String, String> with(Map<String, String> cell, String name, String value) {
        var more = new LinkedHashMap<>(cell);
        more.put(name, value);
        return more;
    }

    Comparison run() {
        Map<String, String> before = new LinkedHashMap<>();
        grid.getFirst()
                .keySet()
                .forEach(name -> before.put(name, Switch.of(name).current().apply(llm)));
        try {
            return measure();
        } finally {
            apply(before);
        }
    }

    private Comparison measure() {
        var runs = new ArrayList<List<Run>>();
        grid.forEach(cell -> runs.add(new ArrayList<>()));
        var logs = new double[grid.size()][];
        int total = rounds * grid.size();
        for (int i = 0; i < total; i++) {
            int cell = i % grid.size();
            progress.update("comparing", i, total);
            apply(grid.get(cell));
            if (i < grid.size()) {
                llm.generate(prompt, options.toBuilder().maxTokens(8).build()); // compiles what is new
            }
            Run run = llm.generate(prompt, options);
            if (run.finish() == FinishReason.CANCELLED) {
                throw new LoupeException("Stopped; the comparison needs all of its runs, begin it again.");
            }
            runs.get(cell).add(run);
            if (logs[cell] == null) {
                logs[cell] = logProbabilities(runs.getFirst().getFirst());
            }
        }
        progress.update("comparing", total, total);
        var rows = new ArrayList<Comparison.Row>();
        int[] first = runs.getFirst().getFirst().ids();
        for (int cell = 0; cell < grid.size(); cell++) {
            int different = Arrays.mismatch(first, runs.get(cell).getFirst().ids());
            rows.add(
                    new Comparison.Row(grid.get(cell), runs.get(cell), different, meanDifference(logs[0], logs[cell])));
        }
        return new Comparison(llm.name(), prompt, rows);
    }

    private void apply(Map<String, String> values) {
        values.forEach((name, value) -> {
            Switch axis = Switch.of(name);
            if (!axis.current().apply(llm).equals(value)) {
                axis.apply().to(llm, value, Progress.NONE);
            }
        });
    }

    /** log p of each token of a run, as the model is switched now. */
    private double[] logProbabilities(Run run) {
        int[] all = Arrays.copyOf(run.promptIds(), run.promptIds().length + run.ids().length);
        System.arraycopy(run.ids(), 0, all, run.promptIds().length, run.ids().length);
        float[][] logits = llm.logits(all);
        var logs = new double[run.ids().length];
        for (int i = 0; i < logs.length; i++) {
            int at = run.promptIds().length + i;
            logs[i] = logProbability(logits[at - 1], all[at]);
        }
        return logs;
    }

    private static double logProbability(float[] logits, int id) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return logits[id] - max - Math.log(sum);
    }

    private static double meanDifference(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return a.length == 0 ? 0 : sum / a.length;
    }
}
