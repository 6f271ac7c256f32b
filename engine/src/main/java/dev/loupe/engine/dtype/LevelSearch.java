package dev.loupe.engine.dtype;

/**
 * Finds the binary16 scale of a block, x = scale * level, of small squared error.
 *
 * <p>Where the outer levels of a format lie far apart, the plain scale, which puts the largest value on the outermost,
 * wastes them. So values are rounded with several trial scales around it; for each, least squares gives the scale that
 * fits the levels found best, sum(x q) / sum(q²). Invariant: a block that levels times a binary16 describe exactly is
 * stored exactly if its largest value is on the outermost level; a scale too large for binary16 saturates, NaN stays.
 */
final class LevelSearch {
    /** Trial scales are 0.7, 0.75 ... 1.3 times the plain one. */
    private static final int TRIALS = 13;

    private static final float FIRST = 0.7f;
    private static final float STEP = 0.05f;

    private LevelSearch() {}

    /**
     * Stores the scale of {@code x[v..v + n]} at {@code bytes[at..]}.
     *
     * @return its inverse, 0 for a block of zeros
     */
    static float putScale(byte[] bytes, int at, float[] x, int v, int n, Levels levels) {
        float plain = BlockScale.largest(x, v, n) / levels.max();
        float scale = BlockScale.putHalfUp(bytes, at, plain);
        if (plain > 0 && plain <= BlockScale.LARGEST_HALF / 2) {
            scale = search(x, v, n, levels, plain, scale);
            LittleEndian.putHalf(bytes, at, scale);
        }
        return BlockScale.inverse(scale);
    }

    /** The best of the trials, a binary16; {@code otherwise} where all values vanish with each. */
    private static float search(float[] x, int v, int n, Levels levels, float plain, float otherwise) {
        float best = otherwise;
        double least = 0; // sum of (x - scale q)², but for that of x²
        for (int t = 0; t < TRIALS; t++) {
            float inverse = 1 / (plain * (FIRST + t * STEP));
            double sumXQ = 0;
            double sumQQ = 0;
            for (int i = 0; i < n; i++) {
                double q = levels.value(levels.encode(x[v + i] * inverse));
                sumXQ += x[v + i] * q;
                sumQQ += q * q;
            }
            float scale = Float.float16ToFloat(Float.floatToFloat16((float) (sumXQ / sumQQ)));
            double error = scale * (scale * sumQQ - 2 * sumXQ);
            if (error < least) {
                least = error;
                best = scale;
            }
        }
        return best;
    }
}
