package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Weight;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * A matrix in a device's memory, row by row as its dtype has it; a row of single values ends with zeros up to a
 * multiple of 16, so that a kernel always decodes 16.
 */
final class OpenClWeight implements Weight {
    static final int GROUP = 16;

    private final ClQueue queue;
    private final DType dtype;
    private final int rows;
    private final int columns;
    private final MemorySegment buffer;
    private final LongConsumer ledger;
    private boolean closed;

    OpenClWeight(ClQueue queue, DType dtype, int rows, int columns, LongConsumer ledger) {
        this.queue = queue;
        this.dtype = dtype;
        this.rows = rows;
        this.columns = columns;
        this.ledger = ledger;
        buffer = queue.allocate(bytes());
        ledger.accept(bytes());
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public long bytes() {
        return rows * rowBytes();
    }

    @Override
    public boolean slow() {
        return false;
    }

    /** Bytes from a row to the next. */
    long rowBytes() {
        return dtype.bytes((columns + GROUP - 1) / GROUP * (long) GROUP);
    }

    MemorySegment buffer() {
        return buffer;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            queue.release(buffer, bytes());
            ledger.accept(-bytes());
        }
    }
}
