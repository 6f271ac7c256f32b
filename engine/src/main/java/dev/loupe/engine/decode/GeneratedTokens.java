package dev.loupe.engine.decode;

import dev.loupe.engine.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** The tokens of one generation as they come: ids, times, text, and the listener that hears of them. */
final class GeneratedTokens {
    private final Tokenizer.StreamingDecoder decoder;
    private final StopText text;
    private final Limits limits;
    private final TokenListener listener;
    private final long start = System.nanoTime();
    private long promptNanos = -1;
    private long last;
    private int[] ids = new int[64];
    private long[] nanos = new long[64];
    private int count;

    GeneratedTokens(Tokenizer tokenizer, Limits limits, TokenListener listener) {
        decoder = tokenizer.streamingDecoder();
        text = new StopText(limits.stop());
        this.limits = limits;
        this.listener = listener;
    }

    /** The prompt's last logits are there. */
    void promptRead() {
        last = System.nanoTime();
        promptNanos = last - start;
    }

    /** Takes the next token, and says why it is the last; null if it is not. */
    FinishReason take(int id, double probability) {
        if (limits.eos().contains(id)) {
            return FinishReason.END_OF_SEQUENCE;
        }
        add(id, probability);
        if (text.stopped()) {
            return FinishReason.STOP_STRING;
        }
        return count == limits.maxTokens() ? FinishReason.MAX_TOKENS : null;
    }

    private void add(int id, double probability) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        long now = System.nanoTime();
        ids[count] = id;
        nanos[count++] = now - last;
        last = now;
        listener.token(id, text.push(decoder.push(id)), probability);
    }

    boolean wantsProbabilities() {
        return listener.wantsProbabilities();
    }

    int count() {
        return count;
    }

    /** How many tokens may still come. */
    int left() {
        return limits.maxTokens() - count;
    }

    Generation end(int reused, FinishReason finish, List<DraftRound> rounds) {
        if (!text.stopped()) {
            String rest = text.push(decoder.flush()) + text.flush();
            if (!rest.isEmpty()) {
                listener.token(ids[count - 1], rest, Double.NaN);
            }
        }
        long prompt = promptNanos < 0 ? System.nanoTime() - start : promptNanos;
        return new Generation(
                reused, Arrays.copyOf(ids, count), text.all(), finish, prompt, Arrays.copyOf(nanos, count), rounds);
    }
}
