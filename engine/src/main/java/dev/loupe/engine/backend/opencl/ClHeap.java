package dev.loupe.engine.backend.opencl;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * The memory of activations and caches on a device: one piece that grows, so that a kernel reaches all pages of a cache
 * by one argument. What is given back is used again.
 *
 * <p>Invariant: a range keeps its offset when the heap grows, and free ranges never touch each other.
 */
final class ClHeap implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final ClQueue queue;
    private final LongConsumer unused;
    private final TreeMap<Long, Long> free = new TreeMap<>(); // bytes by offset
    private MemorySegment buffer = MemorySegment.NULL;
    private long capacity;

    /** @param unused told of bytes taken from the device that nobody uses */
    ClHeap(ClQueue queue, LongConsumer unused) {
        this.queue = queue;
        this.unused = unused;
    }

    /** Where it lies now. */
    MemorySegment buffer() {
        return buffer;
    }

    /** Offset of zeroed bytes. */
    long allocate(long bytes) {
        long size = aligned(bytes);
        long offset = fitting(size);
        if (offset < 0) {
            grow(size);
            offset = fitting(size);
        }
        long range = free.remove(offset);
        if (range > size) {
            free.put(offset + size, range - size);
        }
        unused.accept(-size);
        queue.clear(buffer, offset, size);
        return offset;
    }

    /** Offset of the first free range of so many bytes; -1 if there is none. */
    private long fitting(long size) {
        for (Map.Entry<Long, Long> range : free.entrySet()) {
            if (range.getValue() >= size) {
                return range.getKey();
            }
        }
        return -1;
    }

    /** Enlarges it by half, or by what is needed. */
    private void grow(long size) {
        Map.Entry<Long, Long> last = free.lastEntry();
        boolean freeEnd = last != null && last.getKey() + last.getValue() == capacity;
        long least = capacity + size - (freeEnd ? last.getValue() : 0);
        long most = Math.min(queue.device().largestBuffer(), queue.freeBytes()) / ALIGNMENT * ALIGNMENT;
        long wanted = Math.max(least, Math.min(aligned(capacity + capacity / 2), most));
        MemorySegment larger = queue.allocate(wanted);
        queue.copy(buffer, larger, capacity);
        if (capacity > 0) {
            queue.release(buffer, capacity);
        }
        long from = capacity;
        buffer = larger;
        capacity = wanted;
        unused.accept(wanted - from);
        insert(from, wanted - from);
    }

    /** Gives a range back that {@link #allocate} gave. */
    void release(long offset, long bytes) {
        long size = aligned(bytes);
        unused.accept(size);
        insert(offset, size);
    }

    private void insert(long offset, long size) {
        Map.Entry<Long, Long> before = free.floorEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            free.remove(before.getKey());
            insert(before.getKey(), before.getValue() + size);
            return;
        }
        Long after = free.remove(offset + size);
        free.put(offset, size + (after == null ? 0 : after));
    }

    /** Bytes that a range of so many takes, never none. */
    static long aligned(long bytes) {
        return Math.max(1, (bytes + ALIGNMENT - 1) / ALIGNMENT) * ALIGNMENT;
    }

    @Override
    public void close() {
        if (capacity > 0) {
            queue.release(buffer, capacity);
            unused.accept(-capacity);
            capacity = 0;
            free.clear();
        }
    }
}
