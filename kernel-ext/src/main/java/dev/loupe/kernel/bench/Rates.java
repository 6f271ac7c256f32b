package dev.loupe.kernel.bench;

/**
 * Tokens per second of one turn.
 *
 * @param prompt reading; NaN where it was not measured
 * @param generation writing; NaN where it was not measured
 */
record Rates(double prompt, double generation) {}
