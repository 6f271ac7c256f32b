package dev.loupe.engine.tokenizer;

/**
 * A token that is found in the text before anything else cuts it (Hugging Face's {@code added_tokens}).
 *
 * @param special whether it is parsed in templates only
 * @param singleWord whether it must not touch a word
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 */
record AddedToken(String content, int id, boolean special, boolean singleWord, boolean lstrip, boolean rstrip) {
    AddedToken withContent(String other) {
        return new AddedToken(other, id, special, singleWord, lstrip, rstrip);
    }

    static AddedToken plain(String content, int id, boolean special) {
        return new AddedToken(content, id, special, false, false, false);
    }
}
