package dev.loupe.engine.model;

import dev.loupe.engine.tensor.Tensor;

/** The second branch of a layer: what each token does by itself. */
public sealed interface FeedForward permits GatedFeedForward, MixtureOfExperts {
    /** Columns of the activations it needs. */
    int[] workColumns();

    /** x (tokens, hidden); result in {@code out}. */
    void apply(Step step, Tensor x, Tensor out);
}
