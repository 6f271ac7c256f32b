package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Several matrices times one token, tile by tile. One object serves all calls, one at a time. */
final class RowProduct implements Team.Task {
    private final Team team;
    private MemorySegment x;
    private boolean rounded;
    private Weight[] weights;
    private Tensor[] out;

    RowProduct(Team team) {
        this.team = team;
    }

    /** Takes x as it is or {@code rounded}, see {@link RoundedTokens}. */
    void run(Tensor x, boolean rounded, Weight[] weights, Tensor[] out) {
        this.x = x.data();
        this.rounded = rounded;
        this.weights = weights;
        this.out = out;
        team.run(this);
    }

    @Override
    public void run(int rank) {
        int total = Tiles.total(weights);
        int step = Tiles.step(total, team.size());
        int columns = weights[0].columns();
        float[] input = WorkSpace.ofThread().input(columns);
        MemorySegment.copy(x, ValueLayout.JAVA_FLOAT, 0, input, 0, columns);
        if (rounded) {
            RoundedTokens.round(input, columns, ByteBlock.BLOCK, false);
        }
        for (int first; (first = team.next(rank, step, total)) >= 0; ) {
            for (int i = first; i < team.end(first, step, total); i++) {
                int m = Tiles.matrix(weights, i);
                tile((VectorWeight) weights[m], i - Tiles.before(weights, m), out[m].data(), input);
            }
            team.poll(rank);
        }
    }

    private void tile(VectorWeight w, int tile, MemorySegment out, float[] input) {
        float[] products = WorkSpace.ofThread().square().array();
        w.kernel().product(w.tiles(), w.offset(tile), w.columns(), input, products);
        MemorySegment.copy(products, 0, out, ValueLayout.JAVA_FLOAT, 4L * tile * TileKernel.ROWS, w.rowsOf(tile));
    }
}
