package dev.loupe.engine.backend.vector;

import dev.loupe.engine.tensor.Tensor;

/** Turns x (tokens, columns) into signed bytes; tokens that lie side by side are one thread's. */
record QuantizeTokens(Team team, Tensor x, IntegerTokens quantized) implements Team.Task {
    @Override
    public void run(int rank) {
        int tokens = (int) x.shape().rows();
        int[] codes = WorkSpace.ofThread().activations();
        for (int first; (first = team.next(quantized.sideBySide(), tokens)) >= 0; ) {
            for (int t = first; t < Math.min(tokens, first + quantized.sideBySide()); t++) {
                quantized.set(t, x.data(), t * x.rowBytes(), codes);
            }
        }
    }
}
