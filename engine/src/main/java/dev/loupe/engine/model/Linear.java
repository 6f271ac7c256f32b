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
        applyAll(ops, x, new Linear[] {this}, new Tensor[] {out});
    }

    /** Several layers that share one input. */
    static void applyAll(Ops ops, Tensor x, Linear[] layers, Tensor[] out) {
        var weights = new Weight[layers.length];
        for (int i = 0; i < layers.length; i++) {
            weights[i] = layers[i].weight;
        }
        ops.matmul(x, weights, out);
        for (int i = 0; i < layers.length; i++) {
            if (layers[i].bias != null) {
                ops.addBias(out[i], layers[i].bias);
            }
        }
    }

    int outFeatures() {
        return weight.rows();
    }
}
