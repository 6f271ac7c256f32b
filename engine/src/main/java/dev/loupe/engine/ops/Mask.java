package dev.loupe.engine.ops;

/**
 * Which keys a query sees: those at its own position and before, at most {@code window} of them.
 *
 * @param window a query at position p sees positions p - window + 1 to p
 */
public record Mask(int window) {
    private static final Mask CAUSAL = new Mask(Integer.MAX_VALUE);

    public Mask {
        if (window < 1) {
            throw new IllegalArgumentException("a window of " + window + " sees nothing");
        }
    }

    /** All positions up to the query's own. */
    public static Mask causal() {
        return CAUSAL;
    }

    /** The last {@code window} positions, the query's own included (arXiv:2310.06825). */
    public static Mask sliding(int window) {
        return new Mask(window);
    }

    /** First key that a query at {@code position} sees. */
    public int first(int position) {
        return Math.max(0, position - window + 1);
    }
}
