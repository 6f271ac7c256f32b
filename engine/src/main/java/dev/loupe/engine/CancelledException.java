package dev.loupe.engine;

/** The user stopped the work; what was there before is still there. The message says what was kept. */
public final class CancelledException extends LoupeException {
    private static final long serialVersionUID = 1L;

    public CancelledException(String message) {
        super(message);
    }
}
