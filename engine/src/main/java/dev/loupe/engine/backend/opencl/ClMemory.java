package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.DeviceAddress;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Ranges of a device's heap that are given back together. Invariant: the ledger hears of every byte twice. */
final class ClMemory implements Backend.Memory {
    private final ClHeap heap;
    private final long base;
    private final LongConsumer ledger;
    private final List<Range> ranges = new ArrayList<>();
    private boolean closed;

    private record Range(long offset, long bytes) {}

    /** @param base address of the heap's beginning */
    ClMemory(ClHeap heap, long base, LongConsumer ledger) {
        this.heap = heap;
        this.base = base;
        this.ledger = ledger;
    }

    @Override
    public Tensor allocate(Shape shape, DType dtype) {
        if (closed) {
            throw new IllegalStateException("this memory was given back");
        }
        long bytes = dtype.bytes(shape.elements());
        long offset = heap.allocate(bytes);
        ranges.add(new Range(offset, bytes));
        ledger.accept(ClHeap.aligned(bytes));
        return new Tensor(shape, dtype, DeviceAddress.of(base + offset, bytes));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            for (Range range : ranges) {
                heap.release(range.offset(), range.bytes());
                ledger.accept(-ClHeap.aligned(range.bytes()));
            }
        }
    }
}
