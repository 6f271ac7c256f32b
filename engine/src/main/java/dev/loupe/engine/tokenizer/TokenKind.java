package dev.loupe.engine.tokenizer;

import java.util.Optional;

/** What a token of the vocabulary is for (SentencePiece's piece types in their order from 1, and one more). */
enum TokenKind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE,
    /** A text token beside the model's own vocabulary: found whole in the text, or not at all. */
    ADDED;

    /** The kind with SentencePiece's number. */
    static Optional<TokenKind> numbered(int number) {
        return number >= 1 && number <= BYTE.ordinal() + 1 ? Optional.of(values()[number - 1]) : Optional.empty();
    }

    /** Whether the model may make the token of plain text. */
    boolean isText() {
        return this == NORMAL || this == USER_DEFINED;
    }

    /** Whether the token stands for something other than text. */
    boolean isSpecial() {
        return this == UNKNOWN || this == CONTROL;
    }
}
