package dev.loupe.engine.decode;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its turn (an EOS id). */
    END_OF_SEQUENCE,
    /** {@code max_tokens} reached. */
    MAX_TOKENS,
    /** One of the stop strings appeared. */
    STOP_STRING,
    /** The context is full. */
    CONTEXT_FULL,
    /** The user stopped it. */
    CANCELLED
}
