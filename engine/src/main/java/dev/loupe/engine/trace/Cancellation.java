package dev.loupe.engine.trace;

import dev.loupe.engine.CancelledException;

/**
 * How a person stops long work: polled by the engine between tokens, prefill chunks, rows and verbs.
 *
 * <p>Requested either by {@link #request()} from any thread, or by interrupting the thread that does the polling (what
 * a Jupyter kernel does). Invariant: a request stays until {@link #reset()}, which the next piece of work calls first.
 */
public final class Cancellation {
    private volatile boolean requested;

    /** Asks the work that polls this to stop; safe from any thread. */
    public void request() {
        requested = true;
    }

    /** Whether work should stop; consumes an interrupt of the calling thread. */
    public boolean requested() {
        if (!requested && Thread.interrupted()) {
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
        requested = false;
        Thread.interrupted();
    }
}
