package dev.loupe.engine.ops;

import java.util.Arrays;

/**
 * Rotary position embedding (arXiv:2104.09864), Hugging Face's layout: dimension i is paired with i + rotaryDim / 2.
 *
 * <p>Invariant: angles are computed in float64 for any position, so that nothing is lost at long contexts. Cosines and
 * sines are kept for the positions asked for so far.
 */
public final class RopeTable {
    private final double[] inverseFrequencies;
    private final double attentionFactor;
    private int positions;
    private float[] cos = {}; // (positions, pairs)
    private float[] sin = {}; // (positions, pairs)

    /**
     * @param inverseFrequencies radians by position, one for each pair
     * @param attentionFactor factor of cos and sin, usually 1
     */
    public RopeTable(double[] inverseFrequencies, double attentionFactor) {
        this.inverseFrequencies = inverseFrequencies.clone();
        this.attentionFactor = attentionFactor;
    }

    /** The plain table: frequencies theta^(-2i / rotaryDim). */
    public static RopeTable of(int rotaryDim, double theta) {
        return new RopeTable(frequencies(rotaryDim, theta), 1);
    }

    /** theta^(-2i / rotaryDim) for each pair i. */
    public static double[] frequencies(int rotaryDim, double theta) {
        var frequencies = new double[rotaryDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(theta, -2.0 * i / rotaryDim);
        }
        return frequencies;
    }

    /** Pairs of dimensions that turn; the dimensions of a head beyond twice this many stay. */
    public int pairs() {
        return inverseFrequencies.length;
    }

    /** Computes positions 0 to {@code end} (exclusive) unless they are there; not for several threads at once. */
    public void ensure(int end) {
        if (end <= positions) {
            return;
        }
        int size = Math.max(end, Math.min(2 * positions, positions + 4096));
        cos = Arrays.copyOf(cos, size * pairs());
        sin = Arrays.copyOf(sin, size * pairs());
        for (int p = positions; p < size; p++) {
            for (int i = 0; i < pairs(); i++) {
                double angle = p * inverseFrequencies[i];
                cos[p * pairs() + i] = (float) (Math.cos(angle) * attentionFactor);
                sin[p * pairs() + i] = (float) (Math.sin(angle) * attentionFactor);
            }
        }
        positions = size;
    }

    /** Cosines (positions, pairs) of the positions ensured; not to be changed. */
    public float[] cos() {
        return cos;
    }

    /** Sines (positions, pairs) of the positions ensured; not to be changed. */
    public float[] sin() {
        return sin;
    }
}
