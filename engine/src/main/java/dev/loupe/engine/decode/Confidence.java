package dev.loupe.engine.decode;

/**
 * How sure a drafter is of its likeliest token: that token's softmax.
 *
 * <p>Exponentials of a whole vocabulary take an eighth of a drafted token's time, so they come from a table. Invariant:
 * within a hundredth of the softmax; between 0 and 1.
 */
final class Confidence {
    /** Entries for a unit of logit. */
    private static final int STEPS = 64;

    /** What is this much less likely, e^-24, does not count. */
    private static final int LAST = 24 * STEPS;

    private static final long ONE = 1L << 40;
    private static final long[] POWERS = powers(); // e^-(i / STEPS), in units of 1 / ONE

    private Confidence() {}

    private static long[] powers() {
        var powers = new long[LAST + 1];
        for (int i = 0; i < LAST; i++) {
            powers[i] = Math.round(ONE * Math.exp(-(double) i / STEPS));
        }
        return powers;
    }

    /** Of the highest of {@code logits}, which is {@code max}. */
    static double of(float[] logits, float max) {
        long sum = 0;
        for (float logit : logits) {
            sum += POWERS[Math.min((int) ((max - logit) * STEPS + 0.5f), LAST)];
        }
        return (double) ONE / sum;
    }
}
