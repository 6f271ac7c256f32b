package dev.loupe.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The unigram model (arXiv:1804.10959): of all ways to cut a piece into tokens, the one with the highest sum of
 * log-probabilities, found by Viterbi's algorithm.
 *
 * <p>Invariant: on equal sums the cut found first, from left to right and shortest token first, is kept.
 */
final class Unigram implements SubwordModel {
    private static final double UNKNOWN_PENALTY = 10;

    private final Vocabulary vocabulary;
    private final double[] scores;
    private final Options options;
    private final double unknownScore;

    /** Ids of the text tokens in the order of their spelling, in which all tokens with one prefix are neighbours. */
    private final int[] sorted;

    /**
     * @param unknown id of the unknown token, or {@link Vocabulary#NONE}
     * @param byteFallback whether an unknown character becomes byte tokens
     */
    record Options(int unknown, boolean byteFallback) {}

    /** @param scores log-probabilities by id */
    Unigram(Vocabulary vocabulary, double[] scores, Options options) {
        this.vocabulary = vocabulary;
        this.scores = scores;
        this.options = options;
        unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
        sorted = IntStream.range(0, vocabulary.size())
                .filter(id ->
                        vocabulary.kind(id).isText() && !vocabulary.token(id).isEmpty())
                .boxed()
                .sorted(Comparator.comparing(vocabulary::token))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The best cuts up to each position of a piece. */
    private static final class Lattice {
        final double[] score;
        final int[] start;
        final int[] token;

        Lattice(int length) {
            score = new double[length + 1];
            start = new int[length + 1];
            token = new int[length + 1];
            Arrays.fill(start, -1);
        }

        void offer(int from, int to, int id, double tokenScore) {
            double candidate = score[from] + tokenScore;
            if (start[to] < 0 || candidate > score[to]) {
                score[to] = candidate;
                start[to] = from;
                token[to] = id;
            }
        }
    }

    @Override
    public void encode(String piece, IntList ids) {
        Lattice lattice = new Lattice(piece.length());
        for (int at = 0, next; at < piece.length(); at = next) {
            next = at + Character.charCount(piece.codePointAt(at));
            if (!offerTokens(piece, at, next, lattice)) {
                lattice.offer(at, next, Vocabulary.NONE, unknownScore);
            }
        }
        int[] ends = new int[piece.length()];
        int count = 0;
        for (int end = piece.length(); end > 0; end = lattice.start[end]) {
            ends[count++] = end;
        }
        boolean afterUnknown = false;
        while (count-- > 0) {
            int end = ends[count];
            int id = lattice.token[end];
            if (id != Vocabulary.NONE) {
                ids.add(id);
                afterUnknown = false;
            } else {
                afterUnknown = addUnknown(piece.substring(lattice.start[end], end), afterUnknown, ids);
            }
        }
    }

    /** Offers all tokens that begin at a position; returns whether one of them is a single character. */
    private boolean offerTokens(String piece, int at, int next, Lattice lattice) {
        boolean single = false;
        int low = 0;
        int high = sorted.length;
        for (int end = at; end < piece.length() && low < high; ) {
            char c = piece.charAt(end);
            low = firstNotBelow(low, high, end - at, c);
            high = firstNotBelow(low, high, end - at, c + 1);
            end++;
            if (low < high && vocabulary.token(sorted[low]).length() == end - at) {
                lattice.offer(at, end, sorted[low], scores[sorted[low]]);
                single |= end == next;
                low++;
            }
        }
        return single;
    }

    /** The first token in a range with a common prefix whose character after it is {@code c} or more. */
    private int firstNotBelow(int low, int high, int prefix, int c) {
        int from = low;
        int to = high;
        while (from < to) {
            int middle = from + to >>> 1;
            if (vocabulary.token(sorted[middle]).charAt(prefix) < c) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** Adds the bytes of a character, or one unknown token for all of a row; returns whether a row goes on. */
    private boolean addUnknown(String character, boolean afterUnknown, IntList ids) {
        byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
        if (options.byteFallback() && vocabulary.hasBytes(utf8)) {
            for (byte b : utf8) {
                ids.add(vocabulary.byteToken(b));
            }
            return false;
        }
        if (!afterUnknown && options.unknown() != Vocabulary.NONE) {
            ids.add(options.unknown());
        }
        return true;
    }
}
