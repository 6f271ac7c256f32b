package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;

/**
 * Linear layers that share one input, so that a backend computes them together. Invariant: applying allocates nothing.
 */
public final class Linears {
    private final Linear[] layers;
    private final Weight[] weights;

    public Linears(Linear... layers) {
        this.layers = layers.clone();
        weights = new Weight[layers.length];
        for (int i = 0; i < layers.length; i++) {
            weights[i] = layers[i].weight();
        }
    }

    /** One of them, in the order given. */
    public Linear get(int index) {
        return layers[index];
    }

    /** x (tokens, in) into {@code out}, of each layer (tokens, its out). */
    void apply(Ops ops, Tensor x, Tensor[] out) {
        ops.matmul(x, weights, out);
        for (int i = 0; i < layers.length; i++) {
            if (layers[i].bias() != null) {
                ops.addBias(out[i], layers[i].bias());
            }
        }
    }

    /** Features of each layer's result. */
    int[] outFeatures() {
        var features = new int[layers.length];
        for (int i = 0; i < layers.length; i++) {
            features[i] = layers[i].outFeatures();
        }
        return features;
    }
}
