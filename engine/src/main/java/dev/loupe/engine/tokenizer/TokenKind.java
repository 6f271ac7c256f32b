package dev.loupe.engine.tokenizer;

/** What a token of the vocabulary is for (SentencePiece's piece types, in GGUF's order from 1). */
enum TokenKind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    /** Whether encoding plain text may give the token. */
    boolean isText() {
        return this == NORMAL || this == USER_DEFINED;
    }

    /** Whether the token stands for something other than text. */
    boolean isSpecial() {
        return this == UNKNOWN || this == CONTROL;
    }
}
