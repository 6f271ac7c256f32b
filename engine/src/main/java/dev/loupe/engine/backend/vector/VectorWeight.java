package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.HostMemory;
import java.lang.foreign.MemorySegment;

/** A matrix as tiles of 32 rows, one after the other. */
record VectorWeight(TileKernel kernel, int rows, int columns, MemorySegment tiles, HostMemory memory)
        implements Weight {
    @Override
    public DType dtype() {
        return kernel.dtype();
    }

    @Override
    public long bytes() {
        return tiles.byteSize();
    }

    @Override
    public boolean slow() {
        return false;
    }

    /** The same memory for the kernel that holds all numbers. */
    VectorWeight wide() {
        return new VectorWeight(kernel.wide(), rows, columns, tiles, memory);
    }

    int tileCount() {
        return tileCount(rows);
    }

    static int tileCount(int rows) {
        return (rows + TileKernel.ROWS - 1) / TileKernel.ROWS;
    }

    /** Rows that tile {@code tile} really has. */
    int rowsOf(int tile) {
        return Math.min(TileKernel.ROWS, rows - tile * TileKernel.ROWS);
    }

    long offset(int tile) {
        return tile * kernel.tileBytes(columns);
    }

    @Override
    public void close() {
        memory.close();
    }
}
