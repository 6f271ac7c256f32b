package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;

/**
 * A weight matrix of shape (rows, columns) as a backend keeps it: converted, perhaps repacked, with its kernel chosen.
 *
 * <p>Only the backend that made it can use it. {@link #close()} gives its memory back.
 */
public interface Weight extends AutoCloseable {
    /** How the values are stored. */
    DType dtype();

    /** Output features. */
    int rows();

    /** Input features. */
    int columns();

    /** Bytes of memory it takes. */
    long bytes();

    /** Whether no kernel of its own serves this dtype here, so that blocks are decoded one by one. */
    boolean slow();

    @Override
    void close();
}
