package dev.loupe.engine.decode;

import java.util.random.RandomGenerator;

/**
 * Probabilities of the tokens that may come next.
 *
 * @param ids candidates, most likely first, the lower id first among equals
 * @param probabilities of each, summing to 1
 */
public record Distribution(int[] ids, double[] probabilities) {
    /** Certainty. */
    static Distribution of(int id) {
        return new Distribution(new int[] {id}, new double[] {1});
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
        return ids[ids.length - 1];
    }
}
