package dev.loupe;

import dev.loupe.engine.decode.FinishReason;
import dev.loupe.engine.trace.MemoryUse;

/**
 * One generation with all its measurements.
 *
 * @param model name of the model
 * @param dtype dtype id of its weights
 * @param device device id
 * @param threads threads used
 * @param prompt the user's text, before any template
 * @param promptIds every id the model was given, template included
 * @param reusedTokens how many of them were still in the cache from the conversation
 * @param ids generated ids; an end-of-sequence id that ended it is not among them
 * @param text generated text
 * @param finish why it ended
 * @param promptNanos time to read the prompt (those tokens not reused), until its last logits
 * @param tokenNanos for each id, time from the one before (the first: from the end of the prompt) until it was known
 * @param memory the ledger at the end
 * @param options how it was sampled
 */
public record Run(
        String model,
        String dtype,
        String device,
        int threads,
        String prompt,
        int[] promptIds,
        int reusedTokens,
        int[] ids,
        String text,
        FinishReason finish,
        long promptNanos,
        long[] tokenNanos,
        MemoryUse memory,
        GenerateOptions options) {

    /** Prompt tokens read per second (reused ones not counted). */
    public double promptTokensPerSecond() {
        return (promptIds.length - reusedTokens) * 1e9 / promptNanos;
    }

    /** Tokens generated per second, the first one (which comes from the prompt's logits) not counted; NaN under 2 tokens. */
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

    /** Milliseconds from the call until the first token was known; NaN if there was none. */
    public double firstTokenMillis() {
        return tokenNanos.length == 0 ? Double.NaN : (promptNanos + tokenNanos[0]) / 1e6;
    }

    /** One line: what ran and how fast. */
    public String footer() {
        throw new UnsupportedOperationException("being written");
    }

    /** The generated text. */
    @Override
    public String toString() {
        return text;
    }
}
