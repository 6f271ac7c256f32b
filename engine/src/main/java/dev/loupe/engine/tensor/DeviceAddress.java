package dev.loupe.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of a device as a segment: it has an address, a size and slices, so a {@link Tensor} holds it like any other.
 *
 * <p>Invariant: the host cannot read or write one; trying to throws IllegalStateException and never crashes, because
 * the segment belongs to an arena that is closed from the beginning.
 */
public final class DeviceAddress {
    private DeviceAddress() {}

    /** The device's bytes from {@code address} on, whatever an address means to the backend that gave it. */
    public static MemorySegment of(long address, long bytes) {
        try (Arena closedAtOnce = Arena.ofConfined()) {
            return MemorySegment.ofAddress(address).reinterpret(bytes, closedAtOnce, null);
        }
    }
}
