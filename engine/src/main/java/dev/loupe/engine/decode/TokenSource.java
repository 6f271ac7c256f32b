package dev.loupe.engine.decode;

/** Where a generated token comes from. */
public enum TokenSource {
    /** The model, one token a pass. */
    MODEL,
    /** A draft that the model took. */
    ACCEPTED,
    /** The model, in the place of a draft that it rejected. */
    CORRECTED,
    /** The model, behind a draft of which it took everything. */
    BONUS
}
