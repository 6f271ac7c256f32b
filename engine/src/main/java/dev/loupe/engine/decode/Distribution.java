package dev.loupe.engine.decode;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Probabilities of the tokens that may come next.
 *
 * @param ids candidates, most likely first, the lower id first among equals; of a law without a cut only the first is
 *     so
 * @param probabilities of each, summing to 1
 */
public record Distribution(int[] ids, double[] probabilities) {
    /** Certainty. */
    static Distribution of(int id) {
        return new Distribution(new int[] {id}, new double[] {1});
    }

    /** Probability of a token. */
    double probability(int id) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return probabilities[i];
            }
        }
        return 0;
    }

    /**
     * The law of a token in the place of a rejected one: what this law has more of than {@code drafted}, made to sum to
     * 1 (arXiv:2211.17192). With it, a token accepted with probability min(1, this / drafted) and otherwise drawn anew
     * has this law.
     */
    Distribution without(Distribution drafted) {
        var taken = new double[1 + Math.max(highest(ids), highest(drafted.ids))];
        for (int i = 0; i < drafted.ids.length; i++) {
            taken[drafted.ids[i]] = drafted.probabilities[i];
        }
        var rest = new double[ids.length];
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            rest[i] = Math.max(0, probabilities[i] - taken[ids[i]]);
            sum += rest[i];
        }
        if (sum == 0) {
            return this; // equal laws but for rounding
        }
        for (int i = 0; i < rest.length; i++) {
            rest[i] /= sum;
        }
        return new Distribution(ids, rest);
    }

    private static int highest(int[] ids) {
        return Arrays.stream(ids).max().orElseThrow();
    }

    /** Draws a token. */
    public int draw(RandomGenerator random) {
        if (ids.length == 1) {
            return ids[0];
        }
        double point = random.nextDouble();
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            sum += probabilities[i];
            if (point < sum) {
                return ids[i];
            }
        }
        return ids[0]; // what rounding leaves
    }
}
