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
    private int readAs; // the sequence's length when its keys were made

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

    /**
     * Reads tokens and gives the logits after the last. A sequence whose length now asks for other keys (LongRoPE) is
     * read again from its beginning.
     */
    public void read(int[] tokens, ForwardPass pass, float[] logits) {
        var all = Arrays.copyOf(ids, ids.length + tokens.length);
        System.arraycopy(tokens, 0, all, ids.length, tokens.length);
        boolean goesOn = ids.length == 0 || pass.sameKeys(readAs, all.length);
        if (!goesOn) {
            cache.trim(0);
            ids = new int[0];
        }
        pass.last(goesOn ? tokens : all, cache, logits);
        ids = all;
        readAs = all.length;
    }

    @Override
    public void close() {
        cache.close();
    }
}
