package dev.loupe.engine.cache;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Keys and values of a sequence, all layers.
 *
 * <p>A forward pass first makes room ({@link #reserve}), then every layer writes and reads its view, and at the end the
 * pass is made to count ({@link #advance}). Invariant: what was written but not advanced over does not exist, so a pass
 * that fails or is stopped can be taken back ({@link #rollBack}).
 */
public interface KvCache extends AutoCloseable {
    /** Positions that count. */
    int length();

    /** Most positions of a sequence. */
    int capacity();

    /**
     * A pass over {@code tokens} more positions begins.
     *
     * @throws LoupeException if they are over the capacity
     */
    default void begin(int tokens) {
        if (length() + tokens > capacity()) {
            throw new LoupeException(
                    "The context of %,d tokens is full (%,d in use, %,d more asked for); shorten the prompt or begin a new conversation."
                            .formatted(capacity(), length(), tokens));
        }
    }

    /**
     * Makes room for {@code tokens} more positions, which are read in one go. What none of them nor any later one sees
     * may go.
     */
    void reserve(int tokens);

    /** Pages of a layer. */
    KvView view(int layer);

    /** Another number whenever a {@link #view} became one of other lists of pages, or of other slots. */
    default int layout() {
        return 0;
    }

    /** Counts {@code tokens} more positions. */
    void advance(int tokens);

    /**
     * Whether the sequence can be cut to its first {@code length} positions: whether all that the next one sees is
     * still there. Always so for 0, and for what it was before the last {@link #reserve}.
     */
    boolean canTrim(int length);

    /**
     * Forgets the positions from {@code length} on.
     *
     * @throws dev.loupe.engine.LoupeException saying why, if {@link #canTrim} says no
     */
    void trim(int length);

    /** Whether {@code tokens} more can be read one by one and all of them cut off again. */
    default boolean takesBack(int tokens) {
        return true;
    }

    /** Forgets all from {@code length} on, or everything if it cannot be cut there. */
    default void rollBack(int length) {
        trim(canTrim(length) ? length : 0);
    }

    /**
     * Tells what a layer's queries (tokens, heads * headDim) were, after their attention: some caches keep what they
     * saw.
     */
    default void observe(int layer, Tensor queries, int firstPosition) {}

    /** Whether what it keeps depends on what it {@linkplain #observe observed}. */
    default boolean compresses() {
        return false;
    }

    /**
     * Bounds of a layer's keys in blocks of slots, of all whole blocks that count; only of one that keeps everything.
     */
    default Optional<BlockBounds> bounds(int layer, int block) {
        return Optional.empty();
    }

    /**
     * A cache of the same kind with the same first {@code length} positions, where {@link #canTrim} says yes; bit for
     * bit.
     */
    KvCache copy(int length);

    /**
     * Writes itself and the ids that it holds keys of.
     *
     * @param identity what the keys were made by
     */
    void write(OutputStream to, String identity, int[] ids) throws IOException;

    /**
     * Becomes what was written; empty if that fails.
     *
     * @param vocabulary number of ids
     * @return the ids
     * @throws LoupeException if the bytes are not those of a cache of this kind and identity
     */
    int[] read(InputStream from, String identity, int vocabulary) throws IOException;

    /** What it holds now. */
    CacheInfo info();

    /** Bytes of memory taken. */
    long bytes();

    @Override
    void close();
}
