package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Several matrices of integer codes times tokens in signed bytes, tile by tile. One object serves all calls, one at a
 * time.
 */
final class IntegerProduct implements Team.Task {
    private final Team team;
    private final IntegerTokens x;
    private int tokens;
    private Weight[] weights;
    private Tensor[] out;

    IntegerProduct(Team team, IntegerTokens x) {
        this.team = team;
        this.x = x;
    }

    void run(int tokens, Weight[] weights, Tensor[] out) {
        this.tokens = tokens;
        this.weights = weights;
        this.out = out;
        team.run(this);
    }

    @Override
    public void run(int rank) {
        int total = Tiles.total(weights);
        int step = Tiles.step(total, team.size());
        for (int first; (first = team.next(rank, step, total)) >= 0; ) {
            for (int i = first; i < team.end(first, step, total); i++) {
                int m = Tiles.matrix(weights, i);
                tile((VectorWeight) weights[m], i - Tiles.before(weights, m), out[m].data());
            }
            team.poll(rank);
        }
    }

    private void tile(VectorWeight w, int tile, MemorySegment out) {
        Floats products = WorkSpace.ofThread().products(tokens * TileKernel.ROWS);
        IntegerProducts kernel = w.kernel().integers().orElseThrow();
        kernel.product(w.tiles(), w.offset(tile), w.columns(), x, tokens, products);
        for (int t = 0; t < tokens; t++) {
            long at = 4 * ((long) t * w.rows() + (long) tile * TileKernel.ROWS);
            MemorySegment.copy(products.array(), t * TileKernel.ROWS, out, ValueLayout.JAVA_FLOAT, at, w.rowsOf(tile));
        }
    }
}
