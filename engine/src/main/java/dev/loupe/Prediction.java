package dev.loupe;

/**
 * A token that a model thinks possible.
 *
 * @param piece its text
 * @param probability softmax of its logit, temperature 1
 */
public record Prediction(int id, String piece, double probability) {}
