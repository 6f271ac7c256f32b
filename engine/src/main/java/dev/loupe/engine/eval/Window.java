package dev.loupe.engine.eval;

/**
 * Tokens that a model reads at once, and which of them it has to predict.
 *
 * @param ids what is read; the last of them is only predicted
 * @param from index of the first token that is scored, at least 1
 */
record Window(int[] ids, int from) {
    /** Tokens scored. */
    int scored() {
        return ids.length - from;
    }
}
