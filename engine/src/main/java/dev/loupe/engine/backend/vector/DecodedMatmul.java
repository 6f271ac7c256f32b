package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Any dtype that has no kernel here: its blocks are decoded one by one. Tile: the rows as they are. */
record DecodedMatmul(DType dtype) implements TileKernel {
    private static final int STEP = Gemm.DEPTH_STEP;

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
    public void product(
            MemorySegment tile,
            long offset,
            int columns,
            MemorySegment x,
            long xOffset,
            MemorySegment out,
            long outOffset) {
        MemorySegment panel = WorkSpace.ofThread().panel();
        for (int from = 0; from < columns; from += STEP) {
            int to = Math.min(columns, from + STEP);
            unpack(tile, offset, columns, from, to, panel);
            Panel.product(panel, 0, to - from, x, xOffset + 4L * from, out, outOffset, from > 0);
        }
    }

    @Override
    public void unpack(MemorySegment tile, long offset, int columns, int from, int to, MemorySegment panel) {
        float[] values = WorkSpace.ofThread().values(to - from);
        long rowBytes = dtype.bytes(columns);
        for (int r = 0; r < ROWS; r++) {
            dtype.decode(tile, offset + r * rowBytes + dtype.bytes(from), values, 0, to - from);
            for (int k = 0; k < to - from; k++) {
                panel.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) k * WORDS + 4L * r, values[k]);
            }
        }
    }
}
