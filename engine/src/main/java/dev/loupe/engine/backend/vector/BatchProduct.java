package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;

/** Several matrices times many tokens, tile by tile. */
record BatchProduct(Team team, Floats packed, int tokens, Weight[] weights, Tensor[] out) implements Team.Task {
    @Override
    public void run(int rank) {
        int total = Tiles.total(weights);
        for (int i; (i = team.next(rank, 1, total)) >= 0; ) {
            int m = Tiles.matrix(weights, i);
            var w = (VectorWeight) weights[m];
            int tile = i - Tiles.before(weights, m);
            Gemm.tile(
                    w.kernel(),
                    w.tiles(),
                    w.offset(tile),
                    w.columns(),
                    packed,
                    tokens,
                    out[m].data(),
                    w.rows(),
                    tile * TileKernel.ROWS,
                    w.rowsOf(tile));
            team.poll(rank);
        }
    }
}
