package dev.loupe.engine.tokenizer;

/**
 * Which pairs of neighbouring tokens merge, and in which order.
 *
 * <p>Invariant: a lower rank merges first; equal ranks merge from left to right.
 */
sealed interface Merges permits MergeTable, ScoredMerges {
    long NONE = -1;

    /** The rank in the upper and the merged token in the lower 32 bits, or {@link #NONE}. */
    long find(int left, int right);

    static int rank(long merge) {
        return (int) (merge >>> 32);
    }

    static int merged(long merge) {
        return (int) merge;
    }

    static long of(int rank, int merged) {
        return (long) rank << 32 | merged;
    }
}
