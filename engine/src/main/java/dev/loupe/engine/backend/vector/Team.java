package dev.loupe.engine.backend.vector;

import dev.loupe.engine.trace.Cancellation;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that compute one verb together. The caller is one of them; the others spin between verbs, so that a verb
 * costs no task submission, and park when nothing comes.
 *
 * <p>A task is taken piece by piece, so a thread that the system does not let run in time is not waited for: the caller
 * does its pieces and shuts the gate. Invariant: {@link #run} returns when every thread that entered the task has left
 * it, also if one of them failed or the user stopped it.
 */
final class Team implements AutoCloseable {
    /** A verb's work. */
    interface Task {
        /** Takes pieces by {@link Team#next} until none is left. Rank 0 is the caller. */
        void run(int rank);
    }

    private static final int SPINS_BEFORE_YIELD = 2_000;
    private static final int YIELDS_BEFORE_PARK = 200;
    private static final int SHUT = 1 << 30;
    private static final int STRIDE = 16; // counters on cache lines of their own

    private final int size;
    private final Cancellation cancellation;
    private final Thread[] workers;
    private final AtomicInteger gate = new AtomicInteger(SHUT); // threads that entered, or SHUT and above
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger parked = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicIntegerArray stretches; // pieces taken of each thread's own
    private volatile int round;
    private volatile boolean stopped;
    private volatile boolean closed;
    private volatile Throwable failure;
    private Task task;

    Team(int size, Cancellation cancellation) {
        this.size = size;
        this.cancellation = cancellation;
        stretches = new AtomicIntegerArray(size * STRIDE);
        workers = new Thread[size - 1];
        for (int i = 0; i < workers.length; i++) {
            int rank = i + 1;
            workers[i] = Thread.ofPlatform().daemon().name("loupe-" + rank).start(() -> work(rank));
        }
    }

    int size() {
        return size;
    }

    /**
     * Runs a task on all threads.
     *
     * @throws dev.loupe.engine.CancelledException if the user stopped it
     */
    void run(Task task) {
        cancellation.check("nothing was changed.");
        stopped = false;
        next.set(0);
        for (int i = 0; i < size; i++) {
            stretches.set(i * STRIDE, 0);
        }
        if (size == 1) {
            task.run(0);
        } else {
            this.task = task;
            left.set(0);
            gate.set(0);
            round++; // only the caller's thread writes it
            if (parked.get() > 0) {
                wake();
            }
            try {
                task.run(0);
            } catch (Throwable t) {
                failure = t;
            }
            await(gate.getAndSet(SHUT));
            rethrow();
        }
        if (stopped) {
            cancellation.check("nothing was changed.");
        }
    }

    /** Takes the next {@code count} pieces of a task's {@code total}: the first of them, or -1 when none is left. */
    int next(int count, int total) {
        if (stopped) {
            return -1;
        }
        int first = next.getAndAdd(count);
        return first < total ? first : -1;
    }

    /**
     * As {@link #next(int, int)}, but each thread goes through a stretch of its own first, so that what it reads lies
     * in a row, and then through what is left of the others'.
     */
    int next(int rank, int count, int total) {
        for (int i = 0; i < size && !stopped; i++) {
            int other = (rank + i) % size;
            int end = (int) ((long) total * (other + 1) / size);
            int first = (int) ((long) total * other / size) + stretches.getAndAdd(other * STRIDE, count);
            if (first < end) {
                return first;
            }
        }
        return -1;
    }

    /** The end of the pieces that begin at {@code first}. */
    int end(int first, int count, int total) {
        int rank = (int) ((((long) first + 1) * size - 1) / total);
        return Math.min(first + count, (int) ((long) total * (rank + 1) / size));
    }

    /** For the caller's thread, now and then within a long task: lets all threads end it early if the user asked. */
    void poll(int rank) {
        if (rank == 0 && cancellation.requested()) {
            stopped = true;
        }
    }

    private void await(int entered) {
        for (int spins = 0; left.get() < entered; spins++) {
            pause(spins);
        }
    }

    private void rethrow() {
        Throwable thrown = failure;
        failure = null;
        switch (thrown) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(thrown);
        }
    }

    private void work(int rank) {
        int seen = 0;
        while (!closed) {
            seen = awaitRound(seen);
            if (!closed && enter()) {
                try {
                    task.run(rank);
                } catch (Throwable t) {
                    failure = t;
                } finally {
                    left.incrementAndGet();
                }
            }
        }
    }

    /**
     * Waits until there is another round than {@code seen}, or the end. A loop of its own, which the compiler takes
     * alone.
     */
    private int awaitRound(int seen) {
        int current;
        for (int spins = 0; (current = round) == seen && !closed; spins++) {
            if (spins < SPINS_BEFORE_YIELD + YIELDS_BEFORE_PARK) {
                pause(spins);
            } else {
                park(seen);
            }
        }
        return current;
    }

    private void park(int seen) {
        parked.incrementAndGet();
        if (round == seen && !closed) {
            LockSupport.park(this);
        }
        parked.decrementAndGet();
    }

    private void wake() {
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    /** Whether the gate of the task was still open. */
    private boolean enter() {
        int entered = gate.get();
        while (entered < SHUT) {
            if (gate.compareAndSet(entered, entered + 1)) {
                return true;
            }
            entered = gate.get();
        }
        return false;
    }

    private static void pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    @Override
    public void close() {
        closed = true;
        wake();
    }
}
