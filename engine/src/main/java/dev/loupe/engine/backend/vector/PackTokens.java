package dev.loupe.engine.backend.vector;

import dev.loupe.engine.tensor.Tensor;

/** Packs x (tokens, columns) for {@link Gemm}, group by group, rounded or as it is. */
record PackTokens(Team team, Tensor x, boolean rounded, Floats packed) implements Team.Task {
    @Override
    public void run(int rank) {
        int tokens = (int) x.shape().rows();
        for (int group; (group = team.next(1, Gemm.groups(tokens))) >= 0; ) {
            Gemm.pack(x.data(), tokens, (int) x.shape().columns(), group, rounded, packed.array());
        }
    }
}
