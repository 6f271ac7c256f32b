package dev.loupe.engine.decode;

import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import java.util.Arrays;

/**
 * A sequence in progress: its ids and their keys and values.
 *
 * <p>Invariant: {@code ids} are exactly the positions that the cache counts, also after a failure or a stop.
 */
public final class Session implements AutoCloseable {
    private final KvCache cache;
    private int[] ids = {};

    public Session(KvCache cache) {
        this.cache = cache;
    }

    /** Tokens in the cache. */
    public int length() {
        return cache.length();
    }

    /** Whether one more token fits. */
    public boolean isFull() {
        return cache.length() >= cache.capacity();
    }

    /** Forgets all but the first tokens that {@code prompt} begins with too, leaving at least its last one to read. */
    public int keepPrefix(int[] prompt) {
        int same = Arrays.mismatch(ids, prompt);
        int kept = Math.min(same < 0 ? ids.length : same, prompt.length - 1);
        cache.trim(kept);
        ids = Arrays.copyOf(ids, kept);
        return kept;
    }

    /** Reads tokens and gives the logits after the last. */
    public void read(int[] tokens, ForwardPass pass, float[] logits) {
        pass.last(tokens, cache, logits);
        int before = ids.length;
        ids = Arrays.copyOf(ids, before + tokens.length);
        System.arraycopy(tokens, 0, ids, before, tokens.length);
    }

    @Override
    public void close() {
        cache.close();
    }
}
