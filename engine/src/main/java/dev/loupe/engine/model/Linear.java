package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;

/**
 * y = x W^T + b.
 *
 * @param weight (out, in)
 * @param bias (out), or null
 */
public record Linear(Weight weight, Tensor bias) {
    /** x (tokens, in) into out (tokens, out). */
    void apply(Ops ops, Tensor x, Tensor out) {
        ops.matmul(x, new Weight[] {weight}, new Tensor[] {out});
        if (bias != null) {
            ops.addBias(out, bias);
        }
    }

    int outFeatures() {
        return weight.rows();
    }
}
