package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Converts a matrix to a dtype and packs it into tiles, on all threads. */
final class Packing implements Team.Task {
    private final Team team;
    private final Tensor source;
    private VectorWeight target;
    private volatile boolean held = true;

    Packing(Team team, Tensor source, VectorWeight target) {
        this.team = team;
        this.source = source;
        this.target = target;
    }

    /** The target, or the same memory with the kernel that holds all numbers. */
    VectorWeight run() {
        team.run(this);
        if (!held) {
            target = target.wide();
            team.run(this);
        }
        return target;
    }

    @Override
    public void run(int rank) {
        DType dtype = target.dtype();
        int columns = target.columns();
        var row = new float[columns];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(TileKernel.ROWS * dtype.bytes(columns), 64);
            for (int tile; (tile = team.next(1, target.tileCount())) >= 0; ) {
                long first = (long) tile * TileKernel.ROWS;
                Conversion.rows(source, first, first + target.rowsOf(tile), dtype, rows, row);
                if (!target.kernel().holds(rows, target.rowsOf(tile), columns)) {
                    held = false;
                }
                target.kernel().pack(rows, target.rowsOf(tile), columns, target.tiles(), target.offset(tile));
                team.poll(rank);
            }
        }
    }
}
