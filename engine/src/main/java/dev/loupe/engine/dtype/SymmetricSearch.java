package dev.loupe.engine.dtype;

import java.util.Arrays;

/**
 * Finds a scale for a sub-block of 16, x = scale * (q - limit) with q in 0..2 limit - 1, of small error weighted by x²:
 * the searches with which ggml makes Q6_K ({@code make_qx_quants}) and Q3_K ({@code make_q3_quants}).
 *
 * <p>For given codes the best scale is sum(w x q) / sum(w q²), and its error falls as sum(w x q)² / sum(w q²) rises.
 * Invariant: operations are in ggml's order, so that the results agree bit for bit.
 */
final class SymmetricSearch {
    private static final int N = 16;
    /** Below it a sub-block counts as zero. */
    static final float ZERO = 1e-15f;

    private SymmetricSearch() {}

    /**
     * Q6_K: rounds with nineteen trial scales and keeps the best. Returns the scale; codes go to {@code codes[c..]}.
     */
    static float byTrials(int limit, float[] x, int v, byte[] codes, int c) {
        float extreme = BlockScale.signedLargest(x, v, N);
        if (Math.abs(extreme) < ZERO) {
            Arrays.fill(codes, c, c + N, (byte) 0);
            return 0;
        }
        float scale = 0;
        float best = 0;
        for (int t = 0; t < 19; t++) {
            int shift = t == 0 ? 0 : t < 10 ? t - 10 : t - 9; // the plain scale first, then -9..-1, 1..9
            float inverse = -(limit + 0.1f * shift) / extreme;
            float sumXQ = 0;
            float sumQQ = 0;
            for (int i = 0; i < N; i++) {
                float value = x[v + i];
                int q = Rounding.clamp(Rounding.nearestEven(inverse * value), -limit, limit - 1);
                float weight = value * value;
                sumXQ += weight * value * q;
                sumQQ += weight * q * q;
            }
            if (t == 0 || sumQQ > 0 && sumXQ * sumXQ > best * sumQQ) {
                round(limit, inverse, x, v, codes, c);
                scale = sumQQ == 0 ? 0 : sumXQ / sumQQ;
                best = scale * sumXQ;
            }
        }
        return scale;
    }

    /**
     * Q3_K: rounds once, then moves single codes while that helps. Returns the scale; codes go to {@code codes[c..]}.
     */
    static float byDescent(int limit, float[] x, int v, byte[] codes, int c) {
        float extreme = BlockScale.signedLargest(x, v, N);
        if (Math.abs(extreme) < ZERO) {
            Arrays.fill(codes, c, c + N, (byte) 0);
            return 0;
        }
        round(limit, -limit / extreme, x, v, codes, c);
        float sumXQ = 0;
        float sumQQ = 0;
        for (int i = 0; i < N; i++) {
            int q = codes[c + i] - limit;
            float weight = x[v + i] * x[v + i];
            sumXQ += weight * x[v + i] * q;
            sumQQ += weight * q * q;
        }
        boolean moved = true;
        for (int pass = 0; pass < 5 && moved; pass++) {
            moved = false;
            for (int i = 0; i < N; i++) {
                float value = x[v + i];
                int old = codes[c + i] - limit;
                float weight = value * value;
                float withoutXQ = sumXQ - weight * value * old;
                if (withoutXQ > 0) {
                    float withoutQQ = sumQQ - weight * old * old;
                    int q = Rounding.clamp(Rounding.nearestEven(value * withoutQQ / withoutXQ), -limit, limit - 1);
                    float newXQ = withoutXQ + weight * value * q;
                    float newQQ = withoutQQ + weight * q * q;
                    if (q != old && newQQ > 0 && newXQ * newXQ * sumQQ > sumXQ * sumXQ * newQQ) {
                        codes[c + i] = (byte) (q + limit);
                        sumXQ = newXQ;
                        sumQQ = newQQ;
                        moved = true;
                    }
                }
            }
        }
        return sumQQ > 0 ? sumXQ / sumQQ : 0;
    }

    private static void round(int limit, float inverse, float[] x, int v, byte[] codes, int c) {
        for (int i = 0; i < N; i++) {
            int q = Rounding.nearestEven(inverse * x[v + i]);
            codes[c + i] = (byte) (limit + Rounding.clamp(q, -limit, limit - 1));
        }
    }
}
