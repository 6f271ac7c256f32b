package dev.loupe.engine.trace;

/**
 * Told how far long work is, so that a front end can draw a bar with the time left. Called from one thread at a time.
 */
@FunctionalInterface
public interface Progress {
    /** Nobody looks. */
    Progress NONE = (task, done, total) -> {};

    /**
     * @param task what is being done, the same text for all updates of one piece of work ("fp16 -> sym_int4")
     * @param done units finished, from 0 to {@code total}; {@code done == total} ends the work
     * @param total all units (bytes, tensors, chunks), at least 1
     */
    void update(String task, long done, long total);

    /**
     * Told what the work has found so far.
     *
     * @param name with its unit, the same for all values of one piece of work ("perplexity")
     */
    default void found(String name, double value) {}
}
