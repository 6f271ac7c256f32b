package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of this process that is registered with the driver: its pages stay where they are, so that the device copies
 * from and to it at the bus's speed, without the driver's own copy between.
 *
 * <p>Invariant: it is registered as long as it is there.
 */
final class RegisteredMemory implements AutoCloseable {
    /** What is registered are whole pages, each once only. */
    private static final long PAGE = 4096;

    private final CudaDevice device;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    /** @throws LoupeException if the driver refuses it */
    RegisteredMemory(CudaDevice device, long bytes) {
        this.device = device;
        segment = arena.allocate((bytes + PAGE - 1) / PAGE * PAGE, PAGE);
        device.makeCurrent();
        int status = device.driver().status("cuMemHostRegister_v2", segment.address(), segment.byteSize(), 0);
        if (status != 0) {
            arena.close();
            throw new LoupeException(
                    "%s cannot copy from this process's memory: cuMemHostRegister of %,d KiB says \"%s\" (%d); raise the limit of locked memory (ulimit -l) or return with %%device cpu."
                            .formatted(
                                    device.id(),
                                    segment.byteSize() >> 10,
                                    device.driver().describe(status),
                                    status));
        }
    }

    /** At least as many bytes as asked for. */
    MemorySegment segment() {
        return segment;
    }

    /** The device must have done all copies. */
    @Override
    public void close() {
        device.makeCurrent();
        device.driver().status("cuMemHostUnregister", segment.address());
        arena.close();
    }
}
