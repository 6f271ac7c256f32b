package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.trace.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs a prompt over a grid of switches' values, in turn. Invariant: every run reads its whole prompt into a fresh
 * session.
 */
final class Comparing {
    /** Options besides those of {@link GenerateOptions}; every switch is one too. */
    static final List<Option> OPTIONS = Stream.of(
                    SwitchGrid.OPTIONS.stream(),
                    Stream.of(
                            Option.named("prompt", "TEXT", "what to generate after (a question about the sky)"),
                            Option.named("rounds", "N", "how often each is measured, in turn (2)")),
                    GenerateOptions.OPTIONS.stream())
            .flatMap(options -> options)
            .toList();

    private final Llm llm;
    private final Progress progress;
    private final String prompt;
    private final int rounds;
    private final GenerateOptions options;
    private final SwitchGrid grid;

    Comparing(Llm llm, Arguments arguments, Progress progress) {
        this.llm = llm;
        this.progress = progress;
        prompt = arguments.find("prompt").orElse("Why is the sky blue?");
        rounds = (int) arguments.integer("rounds", 2, 1, 100);
        options = llm.sampling().toBuilder().maxTokens(64).fresh(true).build().with(arguments);
        grid = SwitchGrid.of(arguments);
    }

    Comparison run() {
        return grid.restoring(llm, this::measure);
    }

    private Comparison measure() {
        var runs = new ArrayList<List<Run>>();
        grid.cells().forEach(cell -> runs.add(new ArrayList<>()));
        var logs = new double[grid.size()][];
        int total = rounds * grid.size();
        for (int i = 0; i < total; i++) {
            int cell = i % grid.size();
            progress.update("comparing", i, total);
            grid.set(llm, cell);
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
            rows.add(new Comparison.Row(
                    grid.cells().get(cell), runs.get(cell), different, meanDifference(logs[0], logs[cell])));
        }
        return new Comparison(llm.name(), prompt, rows);
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
