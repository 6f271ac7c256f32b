package dev.loupe.engine.trace;

import dev.loupe.engine.CancelledException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How a person stops long work: polled by the engine between tokens, prefill chunks, rows and verbs.
 *
 * <p>Requested by {@link #request()} or {@link #requestEverywhere()} from any thread, or by interrupting the thread
 * that does the polling (what a Jupyter kernel does). Invariant: a request stays until {@link #reset()}, which the next
 * piece of work calls first.
 */
public final class Cancellation {
    /** How often all work was asked to stop. */
    private static final AtomicLong EVERYWHERE = new AtomicLong();

    private volatile boolean requested;
    private volatile long seen = EVERYWHERE.get();

    /** Asks all work of this JVM to stop, also what nobody outside knows yet, such as a load. */
    public static void requestEverywhere() {
        EVERYWHERE.incrementAndGet();
    }

    /** Asks the work that polls this to stop; safe from any thread. */
    public void request() {
        requested = true;
    }

    /** Whether work should stop; consumes an interrupt of the calling thread. */
    public boolean requested() {
        if (!requested && (EVERYWHERE.get() != seen || Thread.interrupted())) {
            requested = true;
        }
        return requested;
    }

    /** Throws if work should stop. {@code what} completes the sentence "Stopped; ...". */
    public void check(String what) {
        if (requested()) {
            throw new CancelledException("Stopped; " + what);
        }
    }

    /** Begins new work: forgets an earlier request and a pending interrupt of this thread. */
    public void reset() {
        seen = EVERYWHERE.get();
        requested = false;
        Thread.interrupted();
    }
}
