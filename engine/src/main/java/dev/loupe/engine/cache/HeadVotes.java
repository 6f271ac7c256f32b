package dev.loupe.engine.cache;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How much the queries so far looked at each slot of a layer, for every head of keys and values: the sum of their
 * softmax weights.
 */
final class HeadVotes {
    /** Neighbouring slots that share their votes, so that what is kept is passages rather than words. */
    private static final int POOL = 5;

    private double[][] votes; // (kvHeads, slots)

    HeadVotes(int kvHeads) {
        votes = new double[kvHeads][0];
    }

    /** Adds the weights of a query head. */
    void add(int kvHead, float[] weights, int from, int slots) {
        if (votes[kvHead].length < slots) {
            votes[kvHead] = Arrays.copyOf(votes[kvHead], Math.max(slots, votes[kvHead].length * 2));
        }
        for (int s = 0; s < slots; s++) {
            votes[kvHead][s] += weights[from + s];
        }
    }

    /** Forgets the slots from {@code slots} on. */
    void trim(int slots) {
        for (double[] head : votes) {
            Arrays.fill(head, Math.min(slots, head.length), head.length, 0);
        }
    }

    /**
     * The slots of a head to keep: the last {@code recent} of all, and those most looked at of the others.
     *
     * @param pooled whether a slot counts as its best neighbour does
     * @return {@code budget} slots, rising
     */
    int[] keep(int kvHead, int slots, int budget, int recent, boolean pooled) {
        double[] of = Arrays.copyOf(votes[kvHead], slots);
        double[] score = pooled ? pooled(of) : of;
        int old = slots - recent;
        IntStream heavy = IntStream.range(0, old)
                .boxed()
                .sorted((a, b) -> score[a] == score[b] ? Integer.compare(b, a) : Double.compare(score[b], score[a]))
                .limit(budget - recent)
                .mapToInt(Integer::intValue);
        return IntStream.concat(heavy, IntStream.range(old, slots)).sorted().toArray();
    }

    void copyTo(HeadVotes other) {
        for (int h = 0; h < votes.length; h++) {
            other.votes[h] = votes[h].clone();
        }
    }

    /** Moves the votes as the slots move. */
    void move(int[][] kept) {
        for (int h = 0; h < kept.length; h++) {
            double[] before = Arrays.copyOf(votes[h], 1 + Math.max(votes[h].length, max(kept[h])));
            votes[h] = Arrays.stream(kept[h]).mapToDouble(s -> before[s]).toArray();
        }
    }

    private static int max(int[] rising) {
        return rising.length == 0 ? 0 : rising[rising.length - 1];
    }

    private static double[] pooled(double[] of) {
        return IntStream.range(0, of.length)
                .mapToDouble(s -> IntStream.rangeClosed(
                                Math.max(0, s - POOL / 2), Math.min(of.length - 1, s + POOL / 2))
                        .mapToDouble(i -> of[i])
                        .max()
                        .orElse(0))
                .toArray();
    }
}
