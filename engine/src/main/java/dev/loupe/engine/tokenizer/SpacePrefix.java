package dev.loupe.engine.tokenizer;

/** Puts SentencePiece's dummy space before the text, so that its first word is spelled like any other. */
enum SpacePrefix implements PreTokenizer {
    /** Before the text, but not after a special token. */
    FIRST,
    /** Before each part between special tokens. */
    ALWAYS,
    NEVER;

    @Override
    public void split(String text, boolean start, Pieces pieces) {
        boolean prefixed = this == ALWAYS || this == FIRST && start;
        pieces.add(prefixed ? TokenBytes.SPACE_MARK + text : text, start);
    }
}
