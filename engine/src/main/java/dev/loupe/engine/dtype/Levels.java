package dev.loupe.engine.dtype;

/** The numbers that the codes of a format stand for before they are scaled. */
sealed interface Levels permits Codebook, Minifloat {
    /** The code whose value is nearest to {@code x}. */
    int encode(float x);

    /** What a code stands for. */
    float value(int code);

    /** The largest magnitude of a value. */
    float max();
}
