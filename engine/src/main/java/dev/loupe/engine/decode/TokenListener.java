package dev.loupe.engine.decode;

/** Hears each generated token as it is made. Called on the generating thread. */
@FunctionalInterface
public interface TokenListener {
    /** Nobody listens. */
    TokenListener NONE = (id, text) -> {};

    /**
     * @param id the token
     * @param text whole characters that it completed, possibly empty
     */
    void token(int id, String text);

    /** Whether {@link #token(int, String, double)} needs probabilities, which cost a pass over the vocabulary each. */
    default boolean wantsProbabilities() {
        return false;
    }

    /**
     * As {@link #token(int, String)}.
     *
     * @param probability of the token by the model's own law, at temperature 1; NaN where nobody wants it or the text
     *     is the rest of tokens before
     */
    default void token(int id, String text, double probability) {
        token(id, text);
    }
}
