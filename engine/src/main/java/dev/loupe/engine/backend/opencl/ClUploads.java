package dev.loupe.engine.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * Small inputs of kernels (ids, rows, page tables), copied to the device without waiting for it: a ring in host memory
 * and one on the device.
 *
 * <p>Invariant: what was uploaded stays until {@value #BYTES} bytes more were, and commands run in order, so a kernel
 * launched next reads what was uploaded for it.
 */
final class ClUploads implements AutoCloseable {
    private static final long BYTES = 4 << 20;
    private static final long ALIGNMENT = 64;

    private final ClQueue queue;
    private final LongConsumer ledger;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment host = arena.allocate(BYTES, ALIGNMENT);
    private final MemorySegment device;
    private long next;

    ClUploads(ClQueue queue, LongConsumer ledger) {
        this.queue = queue;
        this.ledger = ledger;
        device = queue.allocate(BYTES);
        ledger.accept(BYTES);
    }

    /** The ring on the device. */
    MemorySegment buffer() {
        return device;
    }

    /** Where in the ring the values are. */
    long upload(int... values) {
        return upload(MemorySegment.ofArray(values));
    }

    /** Where in the ring the values are. */
    long upload(long... values) {
        return upload(MemorySegment.ofArray(values));
    }

    /** Where in the ring the values are. */
    long upload(float... values) {
        return upload(MemorySegment.ofArray(values));
    }

    private long upload(MemorySegment values) {
        long bytes = values.byteSize();
        if (bytes > BYTES) {
            throw new IllegalArgumentException(bytes + " bytes in a ring of " + BYTES);
        }
        if (next + bytes > BYTES) {
            queue.finish(); // the ring's beginning may still be on its way
            next = 0;
        }
        long at = next;
        MemorySegment.copy(values, 0, host, at, bytes);
        queue.send(host.asSlice(at, bytes), device, at);
        next = at + (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return at;
    }

    @Override
    public void close() {
        queue.release(device, BYTES);
        ledger.accept(-BYTES);
        arena.close();
    }
}
