package dev.loupe.engine.dtype;

/**
 * Values of any spacing, in rising order, as codes: a power of two of them.
 *
 * <p>Invariant: {@code nearest} of a level is that level's code; in the middle between two it is the lower one.
 *
 * @param levels the value of each code
 * @param middles {@code middles[i]} is halfway between levels i and i + 1
 */
record Codebook(float[] levels, float[] middles) {
    static Codebook of(float... levels) {
        float[] middles = new float[levels.length - 1];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = (levels[i] + levels[i + 1]) / 2;
        }
        return new Codebook(levels, middles);
    }

    /** The code of the nearest level, by bisection. */
    int nearest(float x) {
        int code = 0;
        for (int step = levels.length / 2; step > 0; step /= 2) {
            code += x > middles[code + step - 1] ? step : 0;
        }
        return code;
    }
}
