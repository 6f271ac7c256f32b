package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;

/** How activations are normed. Invariant: the input is left as it is, unless it is the output too. */
public sealed interface Norm {
    /**
     * Norms x (tokens, features).
     *
     * @param out may be x
     * @return what holds the result: {@code out}, or x where nothing is to be done
     */
    Tensor apply(Ops ops, Tensor x, Tensor out);

    /**
     * Norms x (tokens, groups * features) in place, each group of as many features as the norm has weights by itself:
     * every head, or all heads together.
     */
    void applyToGroups(Ops ops, Tensor x);

    /** No norm. */
    static Norm none() {
        return new None();
    }

    /**
     * Root mean square norm (arXiv:1910.07467).
     *
     * @param weight (features)
     * @param eps added to the mean square
     */
    record Rms(Tensor weight, float eps) implements Norm {
        @Override
        public Tensor apply(Ops ops, Tensor x, Tensor out) {
            ops.rmsNorm(x, weight, eps, out);
            return out;
        }

        @Override
        public void applyToGroups(Ops ops, Tensor x) {
            long features = weight.shape().elements();
            Tensor groups = x.reshaped(new Shape(x.shape().elements() / features, features));
            ops.rmsNorm(groups, weight, eps, groups);
        }
    }

    /** Leaves everything as it is. */
    record None() implements Norm {
        @Override
        public Tensor apply(Ops ops, Tensor x, Tensor out) {
            return x;
        }

        @Override
        public void applyToGroups(Ops ops, Tensor x) {}
    }
}
