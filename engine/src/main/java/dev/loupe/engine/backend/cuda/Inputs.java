package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.RopeTable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What a pass is told by the host: its position, its ids, and the cosines and sines of its positions.
 *
 * <p>Invariant: they lie at addresses that stay, so that a captured pass reads the values of the next one; where an
 * address must change, {@code moved} is told.
 */
final class Inputs {
    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Runnable moved;
    private final Map<RopeTable, Turns> turns = new IdentityHashMap<>();
    private int[] known = {-1}; // position, then ids
    private long pass;
    private int capacity;
    private final Room rows = new Room();
    private final Room factors = new Room();
    private final Room selected = new Room();
    private final Room results = new Room();

    /** Bytes on the device that grow when more are needed. */
    private static final class Room {
        private long address;
        private long bytes;

        long of(long needed, DeviceMemory memory) {
            if (needed > bytes) {
                address = memory.bytes(2 * needed);
                bytes = 2 * needed;
            }
            return address;
        }
    }

    /** Addresses of (positions, pairs) cosines and sines. */
    record Turns(long cos, long sin, int positions) {}

    Inputs(CudaDevice device, DeviceMemory memory, Runnable moved) {
        this.device = device;
        this.memory = memory;
        this.moved = moved;
    }

    /** Brings a pass its position and ids, in one copy. */
    void begin(int[] ids, int firstPosition) {
        put(firstPosition, ids);
    }

    /** Address of the first token's position. */
    long position(int value) {
        if (value != known[0]) {
            put(value, Arrays.copyOfRange(known, 1, known.length));
        }
        return pass;
    }

    /** Address of ids. */
    long ids(int[] values) {
        if (!Arrays.equals(values, 0, values.length, known, 1, known.length)) {
            put(known[0], values);
        }
        return pass + Integer.BYTES;
    }

    private void put(int position, int[] ids) {
        known = new int[ids.length + 1];
        known[0] = position;
        System.arraycopy(ids, 0, known, 1, ids.length);
        if (known.length > capacity) {
            capacity = Math.max(64, 2 * known.length);
            pass = memory.bytes((long) Integer.BYTES * capacity);
            moved.run();
        }
        device.uploadCopy(MemorySegment.ofArray(known), pass);
    }

    /** Address of row numbers, until the next call. */
    long rows(int[] values) {
        return put(rows, MemorySegment.ofArray(values));
    }

    /** Address of factors of rows, until the next call. */
    long factors(float[] values) {
        return put(factors, MemorySegment.ofArray(values));
    }

    /** Address of the bits of chosen slots, until the next call. */
    long selected(long[] values) {
        return put(selected, MemorySegment.ofArray(values));
    }

    /** Address of bytes that a kernel writes for the host, until the next call. */
    long results(long bytes) {
        return results.of(bytes, memory);
    }

    private long put(Room room, MemorySegment values) {
        long address = room.of(values.byteSize(), memory);
        device.uploadCopy(values, address);
        return address;
    }

    /** Cosines and sines of the positions before {@code end}, and of as many again, so that they seldom move. */
    Turns turns(RopeTable table, int end) {
        Turns known = turns.get(table);
        if (known != null && end <= known.positions) {
            return known;
        }
        int positions = Math.max(1024, 2 * end);
        table.ensure(positions);
        int count = positions * table.pairs();
        long address = memory.bytes(2L * Float.BYTES * count);
        var made = new Turns(address, address + (long) Float.BYTES * count, positions);
        device.uploadCopy(MemorySegment.ofArray(table.cos()).asSlice(0, (long) Float.BYTES * count), made.cos);
        device.uploadCopy(MemorySegment.ofArray(table.sin()).asSlice(0, (long) Float.BYTES * count), made.sin);
        turns.put(table, made);
        moved.run();
        return made;
    }
}
