package dev.loupe.engine.decode;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.ForwardPass;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
     * Forgets all but the first tokens that {@code prompt} begins with too, leaving at least its last one to read. A
     * cache that cannot be cut there forgets everything.
     *
     * @return tokens kept
     */
    public int keepPrefix(int[] prompt) {
        int same = Arrays.mismatch(ids, prompt);
        cache.rollBack(Math.min(same < 0 ? ids.length : same, prompt.length - 1));
        ids = Arrays.copyOf(ids, cache.length());
        return ids.length;
    }

    /**
     * Reads tokens and gives the logits after the last. A sequence whose length now asks for other keys (LongRoPE) is
     * read again from its beginning.
     */
    public void read(int[] tokens, ForwardPass pass, float[] logits) {
        readAll(tokens, pass, new float[][] {logits});
    }

    /** As {@link #read}, and gives the logits after each of the last {@code logits.length} tokens. */
    void readAll(int[] tokens, ForwardPass pass, float[][] logits) {
        var all = Arrays.copyOf(ids, ids.length + tokens.length);
        System.arraycopy(tokens, 0, all, ids.length, tokens.length);
        boolean goesOn = ids.length == 0 || pass.sameKeys(readAs, all.length);
        if (!goesOn) {
            cache.trim(0);
            ids = new int[0];
        }
        try {
            int[] read = goesOn ? tokens : all;
            int from = read.length - logits.length;
            pass.run(
                    read,
                    cache,
                    from,
                    (index, values) -> System.arraycopy(values, 0, logits[index - from], 0, values.length));
        } finally {
            ids = Arrays.copyOf(all, cache.length());
        }
        readAs = all.length;
    }

    /** A session that goes on from here by itself; its cache is a copy, bit for bit. */
    public Session fork() {
        var fork = new Session(cache.copy());
        fork.ids = ids.clone();
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
     * Writes the ids and the cache to a file, whole or not at all.
     *
     * @param identity what the keys were made by: the model, its dtype, its attention
     */
    public void save(Path file, String identity) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part), 1 << 16))) {
            out.writeInt(readAs);
            cache.write(out, identity, ids);
        } catch (IOException e) {
            throw new LoupeException(
                    "The session cannot be written to %s (%s); choose another place.".formatted(file, e), e);
        }
        try {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LoupeException(
                    "The session cannot be written to %s (%s); choose another place.".formatted(file, e), e);
        }
    }

    /**
     * Becomes the session in a file; if that fails, an empty one.
     *
     * @throws LoupeException if it was made by something else, or is damaged
     */
    public void load(Path file, String identity, int vocabulary) {
        ids = new int[0];
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            int length = in.readInt();
            ids = cache.read(in, identity, vocabulary);
            readAs = Math.max(ids.length, length);
        } catch (IOException e) {
            throw new LoupeException(
                    "The session cannot be read from %s (%s); name a file that was saved.".formatted(file, e), e);
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
