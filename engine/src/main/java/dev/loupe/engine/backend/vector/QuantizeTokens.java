package dev.loupe.engine.backend.vector;

import dev.loupe.engine.tensor.Tensor;

/** Turns x (tokens, columns) into signed bytes, token by token. */
record QuantizeTokens(Team team, Tensor x, QuantizedTokens quantized) implements Team.Task {
    @Override
    public void run(int rank) {
        int tokens = (int) x.shape().rows();
        int[] codes = WorkSpace.ofThread().dots(QuantizedTokens.BLOCK);
        for (int t; (t = team.next(1, tokens)) >= 0; ) {
            quantized.set(t, x.data(), t * x.rowBytes(), codes);
        }
    }
}
