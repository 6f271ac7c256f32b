package dev.loupe.engine.dtype;

import java.util.Arrays;

/**
 * Finds a scale and a minimum for a sub-block, x = scale * q - minimum with q in 0..most, of small weighted error: the
 * search with which ggml makes Q2_K, Q4_K and Q5_K without an importance matrix ({@code make_qkx2_quants}).
 *
 * <p>Codes are rounded with several trial scales around the plain one; for each, weighted least squares gives the best
 * scale and minimum, which are kept if the error falls. Invariant: the minimum is never negative, so zero stays within
 * reach; operations are in ggml's order, so that the results agree bit for bit.
 */
final class AffineSearch {
    /** A weight for each value, filled in by the caller before {@link #fit}. */
    final float[] weights;

    /** Result: the scale. */
    float scale;

    /** Result: what is subtracted. */
    float minimum;

    private final int n;
    private final int most;
    private final float firstTrial;
    private final int trials;
    private final boolean absoluteError;
    private final byte[] trial;

    /**
     * @param n values in a sub-block
     * @param most the largest code
     * @param firstTrial what the first trial adds to {@code most}; each further one adds 0.1
     * @param trials how many trials follow the first
     * @param absoluteError weighs |error| instead of its square
     */
    AffineSearch(int n, int most, float firstTrial, int trials, boolean absoluteError) {
        this.n = n;
        this.most = most;
        this.firstTrial = firstTrial;
        this.trials = trials;
        this.absoluteError = absoluteError;
        this.weights = new float[n];
        this.trial = new byte[n];
    }

    /** Sets {@link #scale} and {@link #minimum} for {@code x[v..]}, and the codes found with them. */
    void fit(float[] x, int v, byte[] codes, int c) {
        float min = x[v];
        float max = x[v];
        float sumW = weights[0];
        float sumX = weights[0] * x[v];
        for (int i = 1; i < n; i++) {
            float value = x[v + i];
            min = value < min ? value : min;
            max = value > max ? value : max;
            sumW += weights[i];
            sumX += weights[i] * value;
        }
        min = min > 0 ? 0 : min;
        if (max == min) {
            Arrays.fill(codes, c, c + n, (byte) 0);
            scale = 0;
            minimum = -min;
            return;
        }
        float inverse = most / (max - min);
        round(x, v, inverse, min);
        System.arraycopy(trial, 0, codes, c, n);
        scale = 1 / inverse;
        float error = error(x, v, scale, min);
        for (int t = 0; t <= trials; t++) {
            round(x, v, (firstTrial + 0.1f * t + most) / (max - min), min);
            float sumQ = 0;
            float sumQQ = 0;
            float sumQX = 0;
            for (int i = 0; i < n; i++) {
                float weighted = weights[i] * trial[i];
                sumQ += weighted;
                sumQQ += weighted * trial[i];
                sumQX += weighted * x[v + i];
            }
            float determinant = sumW * sumQQ - sumQ * sumQ;
            if (determinant > 0) {
                float trialScale = (sumW * sumQX - sumX * sumQ) / determinant;
                float trialMin = (sumQQ * sumX - sumQ * sumQX) / determinant;
                if (trialMin > 0) {
                    trialMin = 0;
                    trialScale = sumQX / sumQQ;
                }
                float trialError = error(x, v, trialScale, trialMin);
                if (trialError < error) {
                    System.arraycopy(trial, 0, codes, c, n);
                    error = trialError;
                    scale = trialScale;
                    min = trialMin;
                }
            }
        }
        minimum = -min;
    }

    private void round(float[] x, int v, float inverse, float min) {
        for (int i = 0; i < n; i++) {
            trial[i] = (byte) Rounding.clamp(Rounding.nearestEven(inverse * (x[v + i] - min)), 0, most);
        }
    }

    private float error(float[] x, int v, float scale, float min) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            float difference = scale * trial[i] + min - x[v + i];
            sum += weights[i] * (absoluteError ? Math.abs(difference) : difference * difference);
        }
        return sum;
    }
}
