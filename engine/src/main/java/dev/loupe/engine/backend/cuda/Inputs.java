package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.RopeTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What a pass is told by the host: its position, its ids, and the cosines and sines of its positions.
 *
 * <p>Invariant: they lie at addresses that stay, so that a captured pass reads the values of the next one; where an
 * address must change, {@code moved} is told.
 */
final class Inputs implements AutoCloseable {
    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Runnable moved;
    private final Map<RopeTable, Turns> turns = new IdentityHashMap<>();
    private final Arena arena = Arena.ofShared();
    private final long position;
    private final MemorySegment positionHost = arena.allocate(ValueLayout.JAVA_INT);
    private int positionNow = -1;
    private long ids;
    private int idCapacity;

    private Room rows = new Room(0, 0);
    private Room factors = new Room(0, 0);

    /** Bytes on the device. */
    private record Room(long address, long bytes) {}

    /** Cosines (tokens, pairs), then sines, of the positions from {@code first} on. */
    private static final class Turns {
        private long address;
        private int capacity;
        private int first = -1;
        private int tokens;
    }

    Inputs(CudaDevice device, DeviceMemory memory, Runnable moved) {
        this.device = device;
        this.memory = memory;
        this.moved = moved;
        position = memory.bytes(Integer.BYTES);
    }

    /** Address of the first token's position. */
    long position(int value) {
        if (value != positionNow) {
            positionHost.set(ValueLayout.JAVA_INT, 0, value);
            device.upload(positionHost, position);
            positionNow = value;
        }
        return position;
    }

    /** Address of ids. */
    long ids(int[] values) {
        if (values.length > idCapacity) {
            idCapacity = Math.max(64, 2 * values.length);
            ids = memory.bytes(4L * idCapacity);
            moved.run();
        }
        device.uploadCopy(MemorySegment.ofArray(values), ids);
        return ids;
    }

    /** Address of row numbers, until the next call. */
    long rows(int[] values) {
        rows = room(rows, 4L * values.length);
        device.uploadCopy(MemorySegment.ofArray(values), rows.address);
        return rows.address;
    }

    /** Address of factors of rows, until the next call. */
    long factors(float[] values) {
        factors = room(factors, 4L * values.length);
        device.uploadCopy(MemorySegment.ofArray(values), factors.address);
        return factors.address;
    }

    private Room room(Room before, long bytes) {
        return bytes <= before.bytes ? before : new Room(memory.bytes(2 * bytes), 2 * bytes);
    }

    /** Address of the cosines of these positions; the sines follow the cosines of all tokens. */
    long turns(RopeTable table, int first, int tokens) {
        Turns t = turns.computeIfAbsent(table, k -> new Turns());
        if (tokens > t.capacity) {
            t.capacity = Math.max(8, tokens);
            t.address = memory.bytes(8L * t.capacity * table.pairs());
            t.first = -1;
            moved.run();
        }
        if (t.first != first || t.tokens != tokens) {
            table.ensure(first + tokens);
            int from = first * table.pairs();
            int count = tokens * table.pairs();
            var both = new float[2 * count];
            System.arraycopy(table.cos(), from, both, 0, count);
            System.arraycopy(table.sin(), from, both, count, count);
            device.uploadCopy(MemorySegment.ofArray(both), t.address);
            t.first = first;
            t.tokens = tokens;
        }
        return t.address;
    }

    @Override
    public void close() {
        arena.close();
    }
}
