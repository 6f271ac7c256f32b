package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;

/** Any dtype that has no kernel here: its blocks are decoded one by one. Tile: the rows as they are. */
record DecodedMatmul(DType dtype) implements TileKernel {
    @Override
    public boolean slow() {
        return true;
    }

    @Override
    public long tileBytes(int columns) {
        return ROWS * dtype.bytes(columns);
    }

    @Override
    public void pack(MemorySegment source, int rows, int columns, MemorySegment tile, long offset) {
        MemorySegment.copy(source, 0, tile, offset, rows * dtype.bytes(columns));
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, float[] panel) {
        float[] values = WorkSpace.ofThread().values(to - from);
        long rowBytes = dtype.bytes(columns);
        for (int r = 0; r < ROWS; r++) {
            dtype.decode(tile, offset + r * rowBytes + dtype.bytes(from), values, 0, to - from);
            for (int k = 0; k < to - from; k++) {
                panel[k * ROWS + r] = values[k];
            }
        }
    }
}
