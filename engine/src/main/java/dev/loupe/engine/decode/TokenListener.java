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
}
