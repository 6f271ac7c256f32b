package dev.loupe.engine.dtype;

/**
 * Values of any spacing, in rising order, as codes: a power of two of them.
 *
 * <p>Invariant: {@code encode} of a level is that level's code; in the middle between two it is the lower one.
 *
 * @param levels the value of each code
 * @param middles {@code middles[i]} is halfway between levels i and i + 1
 */
record Codebook(float[] levels, float[] middles) implements Levels {
    static Codebook of(float... levels) {
        float[] middles = new float[levels.length - 1];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = (levels[i] + levels[i + 1]) / 2;
        }
        return new Codebook(levels, middles);
    }

    /** By bisection. */
    @Override
    public int encode(float x) {
        int code = 0;
        for (int step = levels.length / 2; step > 0; step /= 2) {
            code += x > middles[code + step - 1] ? step : 0;
        }
        return code;
    }

    @Override
    public float value(int code) {
        return levels[code & levels.length - 1];
    }

    @Override
    public float max() {
        return Math.max(-levels[0], levels[levels.length - 1]);
    }
}
