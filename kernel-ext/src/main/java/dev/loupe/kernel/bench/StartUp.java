package dev.loupe.kernel.bench;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How soon {@code loupe generate} answers, from the start of its process: the JVM, loading, warm-up, the prompt.
 *
 * <p>Invariant: each turn is a process of its own, with the flags and class path of this one; the first, which fills
 * the system's file cache, does not count.
 *
 * @param firstTokenSeconds until the first text is out, the median of the turns
 * @param slowestSeconds the same, the worst turn
 * @param tokensPerSecond of the tokens after that, the median of the turns
 * @param turns how many
 */
public record StartUp(double firstTokenSeconds, double slowestSeconds, double tokensPerSecond, int turns) {
    private static final int TOKENS = 32;

    /**
     * Measures.
     *
     * @param model options that name the model
     */
    public static StartUp measure(List<String> model, int turns, Progress progress) {
        List<String> command = command(model);
        var first = new double[turns];
        var rate = new double[turns];
        for (int turn = -1; turn < turns; turn++) {
            progress.update("bench startup", turn + 1, turns + 1);
            long[] times = times(command);
            if (turn >= 0) {
                first[turn] = times[0] / 1e9;
                rate[turn] = (TOKENS - 1) * 1e9 / (times[1] - times[0]);
            }
        }
        progress.update("bench startup", turns + 1, turns + 1);
        double slowest = Arrays.stream(first).max().orElseThrow();
        return new StartUp(Speed.median(first), slowest, Speed.median(rate), turns);
    }

    private static List<String> command(List<String> model) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.loupe.kernel.cli.Main", "generate"));
        command.addAll(List.of("--prompt", "Why is the sky blue?", "--ignore-eos", "--max-tokens", "" + TOKENS));
        command.addAll(model);
        return command;
    }

    /** Nanoseconds until the first text and until the last. */
    private static long[] times(List<String> command) {
        long start = System.nanoTime();
        Process process = null;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            long first = 0;
            long last = 0;
            try (InputStream text = process.getInputStream()) {
                while (text.read() >= 0) {
                    last = System.nanoTime() - start;
                    first = first == 0 ? last : first;
                }
            }
            if (process.waitFor() != 0) {
                throw new LoupeException("'loupe generate' fails with this model; run it by itself to see why.");
            }
            return new long[] {first, last};
        } catch (IOException e) {
            throw new LoupeException(
                    "Another Java cannot be started (%s); check %s.".formatted(e.getMessage(), command.getFirst()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoupeException("The measurement was stopped; run the command again.", e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "first token after %.2f s (at most %.2f), then %.0f tokens/s, median of %d fresh processes",
                firstTokenSeconds,
                slowestSeconds,
                tokensPerSecond,
                turns);
    }
}
