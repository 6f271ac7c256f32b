package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.DeviceAddress;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * A region of a device's memory in one piece that grows, so that a kernel reaches all pages of a cache by one argument.
 *
 * <p>Invariant: the address of a tensor tells its region and its offset there, and stays when the region grows: its
 * upper bits are the region's number, its lower {@value #OFFSET_BITS} the offset.
 */
final class ClMemory implements Backend.Memory {
    static final int OFFSET_BITS = 40;

    private static final long ALIGNMENT = 64;

    private final ClQueue queue;
    private final long number;
    private final LongConsumer ledger;
    private final Runnable onClose;
    private MemorySegment buffer = MemorySegment.NULL;
    private long capacity;
    private long used;
    private boolean closed;

    /**
     * @param number of the region, at least 1
     * @param onClose told once
     */
    ClMemory(ClQueue queue, long number, LongConsumer ledger, Runnable onClose) {
        this.queue = queue;
        this.number = number;
        this.ledger = ledger;
        this.onClose = onClose;
    }

    @Override
    public Tensor allocate(Shape shape) {
        if (closed) {
            throw new IllegalStateException("this memory was given back");
        }
        var dtype = new Fp32();
        long bytes = dtype.bytes(shape.elements());
        long at = used;
        long end = at + (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (end > capacity) {
            grow(end);
        }
        queue.clear(buffer, at, end - at);
        used = end;
        return new Tensor(shape, dtype, DeviceAddress.of((number << OFFSET_BITS) + at, bytes));
    }

    private void grow(long least) {
        long most = Math.min(queue.device().largestBuffer(), queue.freeBytes());
        long wanted = Math.max(least, Math.min(capacity + capacity / 2, most));
        MemorySegment larger = queue.allocate(wanted);
        queue.copy(buffer, larger, used);
        free();
        buffer = larger;
        capacity = wanted;
        ledger.accept(capacity);
    }

    private void free() {
        if (capacity > 0) {
            queue.release(buffer, capacity);
            ledger.accept(-capacity);
            capacity = 0;
        }
    }

    /** Where it lies now. */
    MemorySegment buffer() {
        return buffer;
    }

    /** Bytes from the region's beginning to an address in it. */
    static long offset(long address) {
        return address & (1L << OFFSET_BITS) - 1;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            free();
            onClose.run();
        }
    }
}
