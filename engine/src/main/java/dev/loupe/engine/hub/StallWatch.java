package dev.loupe.engine.hub;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Closes a stream in which nothing moves, so that the reader does not wait for ever for a server that has gone.
 *
 * <p>Invariant: its thread ends with {@link #close()}.
 */
final class StallWatch implements AutoCloseable {
    private static final long MOST_NANOS = 60_000_000_000L;
    private static final long LOOK_MILLIS = 1_000;

    private final InputStream stream;
    private final AtomicLong lastMove = new AtomicLong(System.nanoTime());
    private final Thread thread;

    StallWatch(InputStream stream) {
        this.stream = stream;
        thread = Thread.ofVirtual().name("loupe-download-watch").start(this::watch);
    }

    /** Something came. */
    void moved() {
        lastMove.set(System.nanoTime());
    }

    private void watch() {
        try {
            while (System.nanoTime() - lastMove.get() < MOST_NANOS) {
                Thread.sleep(LOOK_MILLIS);
            }
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            lastMove.set(0);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
