package dev.loupe.engine.tokenizer;

import java.nio.charset.StandardCharsets;

/** The bytes that a token stands for; they need not be whole characters. */
interface TokenBytes {
    byte[] of(int id);

    /** The mark of a space in SentencePiece vocabularies, U+2581. */
    char SPACE_MARK = '\u2581';

    /** Byte-level BPE: text tokens are written in the byte alphabet, all others as they are. */
    static TokenBytes byteLevel(Vocabulary vocabulary) {
        return id -> vocabulary.kind(id) == TokenKind.NORMAL
                ? ByteLevel.bytes(vocabulary.token(id))
                : utf8(vocabulary.token(id));
    }

    /** SentencePiece: a mark for each space, and byte tokens. */
    static TokenBytes sentencePiece(Vocabulary vocabulary) {
        return id -> vocabulary.kind(id) == TokenKind.BYTE
                ? new byte[] {vocabulary.byteOf(id)}
                : utf8(vocabulary.token(id).replace(SPACE_MARK, ' '));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
