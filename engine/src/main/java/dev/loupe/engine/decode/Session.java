package dev.loupe.engine.decode;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.HeadRows;
import dev.loupe.engine.ops.TopSpec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
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

    /** What the cache holds. */
    public CacheInfo info() {
        return cache.info();
    }

    /** Tokens in the cache. */
    public int length() {
        return cache.length();
    }

    /** Most tokens it can hold. */
    public int capacity() {
        return cache.capacity();
    }

    /** Its tokens; not to be changed. */
    int[] ids() {
        return ids;
    }

    /** Whether its cache keeps what was looked at, so that a draft would change it. */
    boolean compresses() {
        return cache.compresses();
    }

    /** Whether so many more tokens can be read as if one by one, and all of them taken back. */
    boolean canTry(int tokens, ForwardPass pass) {
        return pass.sameKeys(length() + 1, length() + tokens) && cache.takesBack(tokens);
    }

    /** Forgets all but the first {@code length} tokens, which {@link #canTry} has said to be possible. */
    void cut(int length) {
        cache.rollBack(length);
        ids = Arrays.copyOf(ids, cache.length());
    }

    /**
     * How many tokens of a prompt need not be read: those it begins with as this does, its last one excepted. None
     * where the keys of a token depend on how it was read: where the cache compresses or decoding is sparse, or where
     * the prompt's length asks for other keys (LongRoPE).
     */
    public int shares(int[] prompt, ForwardPass pass) {
        int same = Arrays.mismatch(ids, prompt);
        int shared = Math.min(same < 0 ? ids.length : same, prompt.length - 1);
        boolean alike = !compresses() && pass.attention().plan().sparse() == null;
        return shared > 0 && alike && pass.sameKeys(readAs, prompt.length) && cache.canTrim(shared) ? shared : 0;
    }

    /**
     * Forgets all but what it {@linkplain #shares shares} with a prompt.
     *
     * @return tokens kept
     */
    public int keepPrefix(int[] prompt, ForwardPass pass) {
        cut(shares(prompt, pass));
        return ids.length;
    }

    /**
     * Reads tokens and gives the logits after the last. A sequence whose length now asks for other keys (LongRoPE) is
     * read again from its beginning.
     */
    public void read(int[] tokens, ForwardPass pass, float[] logits) {
        read(tokens, pass, 1, null).logits(0, logits);
    }

    /**
     * As {@link #read(int[], ForwardPass, float[])}, and leaves what the head says after the last {@code count} tokens
     * where it is.
     *
     * @param spec of the tops that are looked for in the pass; null for none
     */
    HeadRows read(int[] tokens, ForwardPass pass, int count, TopSpec spec) {
        var all = Arrays.copyOf(ids, ids.length + tokens.length);
        System.arraycopy(tokens, 0, all, ids.length, tokens.length);
        boolean goesOn = ids.length == 0 || pass.sameKeys(readAs, all.length);
        if (!goesOn) {
            cache.trim(0);
            ids = new int[0];
        }
        try {
            HeadRows head = pass.read(goesOn ? tokens : all, cache, count, spec);
            readAs = all.length;
            return head;
        } finally {
            ids = all.length == cache.length() ? all : Arrays.copyOf(all, cache.length());
        }
    }

    /** A session of the first {@code length} tokens that goes on by itself; its cache is a copy, bit for bit. */
    public Session fork(int length) {
        var fork = new Session(cache.copy(length));
        fork.ids = Arrays.copyOf(ids, length);
        fork.readAs = readAs;
        return fork;
    }

    /**
     * Forgets the last tokens.
     *
     * @throws LoupeException if there are fewer, or if the cache cannot be cut there
     */
    public void rewind(int tokens) {
        if (tokens < 0 || tokens > ids.length) {
            throw new LoupeException("A session of %,d tokens cannot be rewound by %,d; give 0 to %,d."
                    .formatted(ids.length, tokens, ids.length));
        }
        cache.trim(ids.length - tokens);
        ids = Arrays.copyOf(ids, cache.length());
    }

    /**
     * Writes the ids and the cache.
     *
     * @param identity what the keys were made by: the model, its dtype, its attention
     */
    public void write(DataOutputStream out, String identity) throws IOException {
        out.writeInt(readAs);
        cache.write(out, identity, ids);
    }

    /**
     * Becomes what was written; if that fails, an empty session.
     *
     * @param vocabulary number of ids
     * @throws LoupeException if it was made by something else, or is damaged
     */
    public void read(DataInputStream in, String identity, int vocabulary) throws IOException {
        ids = new int[0];
        int length = in.readInt();
        ids = cache.read(in, identity, vocabulary);
        readAs = Math.max(ids.length, length);
    }

    @Override
    public void close() {
        cache.close();
    }
}
