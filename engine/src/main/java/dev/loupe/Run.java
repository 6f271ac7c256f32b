package dev.loupe;

import dev.loupe.engine.decode.Drafts;
import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.trace.MemoryUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One generation with all its measurements.
 *
 * @param model name of the model
 * @param dtype dtype id of its weights
 * @param device device id
 * @param threads threads used
 * @param attention how attention ran and what the cache kept: "flash, cache fp16"
 * @param prompt the user's text, before any template
 * @param promptIds every id the model was given, template included
 * @param reusedTokens how many of them a cache still held, from the conversation or an earlier prompt
 * @param ids generated ids; an end-of-sequence id that ended it is not among them
 * @param text generated text
 * @param finish why it ended
 * @param promptNanos time to read the prompt (those tokens not reused), until its last logits
 * @param tokenNanos for each id, time from the one before (the first: from the end of the prompt) until it was known
 * @param memory the ledger at the end
 * @param options how it was sampled
 * @param drafts what speculative decoding did
 */
public record Run(
        String model,
        String dtype,
        String device,
        int threads,
        String attention,
        String prompt,
        int[] promptIds,
        int reusedTokens,
        int[] ids,
        String text,
        FinishReason finish,
        long promptNanos,
        long[] tokenNanos,
        MemoryUse memory,
        GenerateOptions options,
        Drafts drafts) {

    private static final int LINE = 60;

    /** Prompt tokens read per second (reused ones not counted). */
    public double promptTokensPerSecond() {
        return (promptIds.length - reusedTokens) * 1e9 / promptNanos;
    }

    /**
     * Tokens generated per second, the first one (which comes from the prompt's logits) not counted; NaN under 2
     * tokens.
     */
    public double generationTokensPerSecond() {
        if (tokenNanos.length < 2) {
            return Double.NaN;
        }
        long nanos = 0;
        for (int i = 1; i < tokenNanos.length; i++) {
            nanos += tokenNanos[i];
        }
        return (tokenNanos.length - 1) * 1e9 / nanos;
    }

    /**
     * How many times as fast it generated as the last of some runs that answered the same prompt with the same switches
     * but without drafts; NaN if none did, or this one drafted nothing.
     */
    public double speedUp(List<Run> runs) {
        return drafts.drafted() == 0
                ? Double.NaN
                : runs.stream()
                        .filter(this::isPlain)
                        .reduce((earlier, later) -> later)
                        .map(plain -> generationTokensPerSecond() / plain.generationTokensPerSecond())
                        .orElse(Double.NaN);
    }

    private boolean isPlain(Run other) {
        return other.drafts.mode().equals(Drafts.off().mode())
                && other.model.equals(model)
                && other.dtype.equals(dtype)
                && other.device.equals(device)
                && other.threads == threads
                && other.attention.equals(attention)
                && Arrays.equals(other.promptIds, promptIds);
    }

    /** Milliseconds from the call until the first token was known; NaN if there was none. */
    public double firstTokenMillis() {
        return tokenNanos.length == 0 ? Double.NaN : (promptNanos + tokenNanos[0]) / 1e6;
    }

    /** One line: how fast, as what, where, and why it ended if it was cut short. */
    public String footer() {
        var parts = new ArrayList<String>();
        int read = promptIds.length - reusedTokens;
        parts.add(count(read, "prompt token")
                + (reusedTokens > 0 ? " (and %d reused)".formatted(reusedTokens) : "")
                + (read > 0 ? rate(promptTokensPerSecond()) : ""));
        if (ids.length > 0) {
            parts.add("first token after " + duration(firstTokenMillis()));
        }
        parts.add(count(ids.length, "token") + (ids.length > 1 ? rate(generationTokensPerSecond()) : ""));
        if (drafts.drafted() > 0) {
            parts.add("speculate %s: %d of %d drafted tokens accepted"
                    .formatted(drafts.mode(), drafts.accepted(), drafts.drafted()));
        } else if (!drafts.rounds().isEmpty()) {
            parts.add("speculate %s: nothing drafted, nothing would have paid".formatted(drafts.mode()));
        }
        switch (finish) {
            case CANCELLED -> parts.add("stopped");
            case CONTEXT_FULL -> parts.add("context full");
            case END_OF_SEQUENCE, MAX_TOKENS, STOP_STRING -> {}
        }
        parts.add(dtype);
        parts.add(device);
        parts.add(count(threads, "thread"));
        parts.add("%s %s MiB".formatted(attention, rounded(memory.cache() / 1048576.0)));
        return String.join(", ", parts);
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String rate(double perSecond) {
        return Double.isFinite(perSecond) ? " at %s/s".formatted(rounded(perSecond)) : "";
    }

    private static String duration(double millis) {
        return millis < 1_000 ? rounded(millis) + " ms" : rounded(millis / 1000) + " s";
    }

    /** A number below ten with one decimal, others without. */
    private static String rounded(double number) {
        return String.format(Locale.ROOT, number < 9.95 ? "%.1f" : "%.0f", number);
    }

    /** How many tokens, and how the text begins, in one line. */
    @Override
    public String toString() {
        String line = text.strip().replaceAll("\\s+", " ");
        String begin = line.codePoints()
                .limit(LINE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return "%s: %s%s".formatted(count(ids.length, "token"), begin, begin.length() < line.length() ? "…" : "");
    }
}
