package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Several matrices times one token, tile by tile. */
record RowProduct(Team team, MemorySegment x, Weight[] weights, Tensor[] out) implements Team.Task {
    @Override
    public void run(int rank) {
        int total = Tiles.total(weights);
        int step = Tiles.step(total, team.size());
        for (int first; (first = team.next(step, total)) >= 0; ) {
            for (int i = first; i < Math.min(total, first + step); i++) {
                int m = Tiles.matrix(weights, i);
                tile((VectorWeight) weights[m], i - Tiles.before(weights, m), out[m].data());
            }
            team.poll(rank);
        }
    }

    private void tile(VectorWeight w, int tile, MemorySegment out) {
        long row = 4L * tile * TileKernel.ROWS;
        int rows = w.rowsOf(tile);
        if (rows == TileKernel.ROWS) {
            w.kernel().product(w.tiles(), w.offset(tile), w.columns(), x, 0, out, row);
        } else {
            MemorySegment whole = WorkSpace.ofThread().tile();
            w.kernel().product(w.tiles(), w.offset(tile), w.columns(), x, 0, whole, 0);
            MemorySegment.copy(whole, 0, out, row, 4L * rows);
        }
    }
}
