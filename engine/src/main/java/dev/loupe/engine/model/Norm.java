package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;

/**
 * Root mean square norm (arXiv:1910.07467).
 *
 * @param weight (features)
 * @param eps added to the mean square
 */
public record Norm(Tensor weight, float eps) {
    void apply(Ops ops, Tensor x, Tensor out) {
        ops.rmsNorm(x, weight, eps, out);
    }
}
