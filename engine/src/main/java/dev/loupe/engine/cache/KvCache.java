package dev.loupe.engine.cache;

import dev.loupe.engine.ops.KvView;

/**
 * Keys and values of a sequence, all layers.
 *
 * <p>A forward pass first makes room ({@link #reserve}), then every layer writes and reads its view, and at the end the
 * pass is made to count ({@link #advance}). Invariant: what was written but not advanced over does not exist, so a pass
 * that fails or is stopped leaves the cache as it was.
 */
public interface KvCache extends AutoCloseable {
    /** Positions that count. */
    int length();

    /** Most positions it can hold. */
    int capacity();

    /** Makes room for {@code tokens} more positions. */
    void reserve(int tokens);

    /** Pages of a layer. */
    KvView view(int layer);

    /** Counts {@code tokens} more positions. */
    void advance(int tokens);

    /** Forgets the positions from {@code length} on. */
    void trim(int length);

    /** Bytes of memory taken. */
    long bytes();

    @Override
    void close();
}
