package dev.loupe.engine.ops;

import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;

/**
 * A kind of device. Invariant: asking what there is never fails; what cannot be used says why.
 *
 * <p>Its ids are its name, and where there can be several, the name with their numbers: "opencl:0", "opencl:1".
 */
public interface DeviceKind {
    /** "cpu", "cuda", "opencl". */
    String name();

    /** What there is on this machine, the best first; one {@link Device#missing} if there is nothing. */
    List<Device> devices();

    /** Whether {@code auto} may choose it: whether it is faster than the cpu. */
    boolean isFast(Device device);

    /**
     * Opens one of {@link #devices} that is usable.
     *
     * @param threads that compute, where the device is the processor itself
     */
    Backend open(Device device, int threads, MemoryLedger ledger, Cancellation cancellation);
}
