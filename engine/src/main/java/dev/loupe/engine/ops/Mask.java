package dev.loupe.engine.ops;

/**
 * Which keys a query sees: those at its own position and before, at most {@code window} of them, and besides them the
 * first {@code sinks} of the sequence.
 *
 * @param window a query at position p sees positions p - window + 1 to p
 * @param sinks positions that every later query sees, however far (attention sinks, arXiv:2309.17453); 0 for none
 */
public record Mask(int window, int sinks) {
    private static final Mask CAUSAL = new Mask(Integer.MAX_VALUE, 0);

    public Mask {
        if (window < 1 || sinks < 0) {
            throw new IllegalArgumentException("a window of %d with %d sinks".formatted(window, sinks));
        }
    }

    /** All positions up to the query's own. */
    public static Mask causal() {
        return CAUSAL;
    }

    /** The last {@code window} positions, the query's own included (arXiv:2310.06825). */
    public static Mask sliding(int window) {
        return new Mask(window, 0);
    }

    /** Whether every earlier position is seen. */
    public boolean isCausal() {
        return window == Integer.MAX_VALUE;
    }

    /** First key of the window of a query at {@code position}. */
    public int first(int position) {
        return Math.max(0, position - window + 1);
    }

    /** Whether a query at one position sees the key at another. */
    public boolean sees(int query, int key) {
        return key <= query && (key >= first(query) || key < sinks);
    }
}
