package dev.loupe.engine.ops;

import java.util.Arrays;

/**
 * Attention with linear biases (arXiv:2108.12409): a key that lies n positions before the query loses slope * n from
 * its score, with another slope for each query head.
 *
 * <p>Invariant: the bias is of the distance, so it does not change when positions are trimmed behind the query.
 */
public final class Alibi {
    private static final Alibi NONE = new Alibi(new float[0]);
    private static final double MAX_BIAS = 8;

    private final float[] slopes; // (heads), or empty

    private Alibi(float[] slopes) {
        this.slopes = slopes;
    }

    /** No bias. */
    public static Alibi none() {
        return NONE;
    }

    /**
     * The paper's slopes 2^(-8 i / n) for n heads. Where n is no power of two, they are those of the power below,
     * followed by every other one of the power above, as in the authors' code.
     */
    public static Alibi of(int heads) {
        int power = Integer.highestOneBit(heads);
        var slopes = new float[heads];
        for (int h = 0; h < heads; h++) {
            double exponent = h < power ? (h + 1.0) / power : (2.0 * (h - power) + 1) / (2.0 * power);
            slopes[h] = (float) Math.pow(2, -MAX_BIAS * exponent);
        }
        return new Alibi(slopes);
    }

    /** The slope of a query head, 0 for none. */
    public float slope(int head) {
        return slopes.length == 0 ? 0 : slopes[head];
    }

    @Override
    public String toString() {
        return "Alibi" + Arrays.toString(slopes);
    }
}
