package dev.loupe.engine.tokenizer;

/** Cuts a text into the pieces within which a {@link SubwordModel} works, and rewrites them into its alphabet. */
interface PreTokenizer {
    /** Takes the pieces in order; {@code start} tells that the piece begins the whole text. */
    interface Pieces {
        void add(String piece, boolean start);
    }

    void split(String text, boolean start, Pieces pieces);

    /** Leaves the text whole. */
    static PreTokenizer whole() {
        return (text, start, pieces) -> pieces.add(text, start);
    }

    /** Cuts each piece further. */
    default PreTokenizer then(PreTokenizer next) {
        return (text, start, pieces) -> split(text, start, (piece, first) -> next.split(piece, first, pieces));
    }
}
