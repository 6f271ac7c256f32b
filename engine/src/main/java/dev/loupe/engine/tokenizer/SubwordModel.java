package dev.loupe.engine.tokenizer;

/** Cuts one piece of a text, as the pre-tokenizer left it, into ids. */
sealed interface SubwordModel permits BytePairEncoding, Unigram {
    void encode(String piece, IntList ids);
}
