package dev.loupe.kernel.jjava;

/**
 * Ends a cell with one sentence.
 *
 * <p>An error, because the kernel wraps exceptions of magics into one of its own with a stack trace; without a trace of
 * its own, because the sentence says what to do.
 */
final class LoupeError extends Error {
    private static final long serialVersionUID = 1L;

    LoupeError(String sentence) {
        super(sentence, null, false, false);
    }
}
