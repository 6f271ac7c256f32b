package dev.loupe.engine.tokenizer;

import java.util.Arrays;

/**
 * The merges of a SentencePiece BPE (arXiv:1808.06226): two neighbours merge when the vocabulary holds their
 * concatenation, the highest score first.
 *
 * <p>Invariant: tokens with equal scores have equal ranks, so that ties merge from left to right.
 */
final class ScoredMerges implements Merges {
    private final Vocabulary vocabulary;
    private final int[] ranks;
    private final int longest;

    /** @param scores by id; none may be NaN */
    ScoredMerges(Vocabulary vocabulary, float[] scores) {
        this.vocabulary = vocabulary;
        float[] distinct = scores.clone();
        for (int i = 0; i < distinct.length; i++) {
            distinct[i] = -scores[i] + 0f;
        }
        Arrays.sort(distinct);
        int count = 0;
        for (int i = 0; i < distinct.length; i++) {
            if (count == 0 || distinct[i] != distinct[count - 1]) {
                distinct[count++] = distinct[i];
            }
        }
        ranks = new int[scores.length];
        int longest = 0;
        for (int id = 0; id < scores.length; id++) {
            ranks[id] = Arrays.binarySearch(distinct, 0, count, -scores[id] + 0f);
            longest = Math.max(longest, vocabulary.token(id).length());
        }
        this.longest = longest;
    }

    @Override
    public long find(int left, int right) {
        String a = vocabulary.token(left);
        String b = vocabulary.token(right);
        if (a.length() + b.length() > longest) {
            return NONE;
        }
        int merged = vocabulary.find(a.concat(b));
        return merged == Vocabulary.NONE ? NONE : Merges.of(ranks[merged], merged);
    }
}
