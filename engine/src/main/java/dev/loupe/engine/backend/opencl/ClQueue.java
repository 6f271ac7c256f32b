package dev.loupe.engine.backend.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.SystemMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A device in use: its context, its queue, its memory. Commands run in the order they are given.
 *
 * <p>Invariant: the host waits so often that a request to stop is heard within a tenth of a second, as long as a single
 * command does not take longer.
 */
final class ClQueue implements AutoCloseable {
    private static final int TRUE = 1;
    private static final long READ_WRITE = 1;
    private static final long LONG_NANOS = 50_000_000;
    private static final int MOST_COMMANDS = 4096;

    private final OpenCl cl;
    private final ClDevice device;
    private final Cancellation cancellation;
    private final MemorySegment context;
    private final MemorySegment queue;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment sizes = arena.allocate(JAVA_LONG, 4); // global 0 and 1, local 0 and 1
    private final MemorySegment zero = arena.allocate(JAVA_LONG);
    private long bytes;
    private int commands;
    private int commandsAllowed = 16;
    private boolean closed;

    ClQueue(OpenCl cl, ClDevice device, Cancellation cancellation) {
        this.cl = cl;
        this.device = device;
        this.cancellation = cancellation;
        MemorySegment none = MemorySegment.NULL;
        MemorySegment id = arena.allocateFrom(ADDRESS, device.id());
        context = ClStatus.create("clCreateContext", status ->
                (MemorySegment) cl.createContext.invokeExact(none, 1, id, none, none, status));
        queue = ClStatus.create("clCreateCommandQueue", status ->
                (MemorySegment) cl.createCommandQueue.invokeExact(context, device.id(), 0L, status));
    }

    OpenCl cl() {
        return cl;
    }

    ClDevice device() {
        return device;
    }

    MemorySegment context() {
        return context;
    }

    /** Bytes that can still be taken. */
    long freeBytes() {
        long free = Math.max(0, device.memory() - bytes);
        return device.isCpu() ? Math.min(free, SystemMemory.available()) : free;
    }

    /** New memory of the device, contents undefined. */
    MemorySegment allocate(long size) {
        if (size > freeBytes() || size > device.largestBuffer()) {
            throw new LoupeException(
                    "%s has no %,d MiB left (%,d MiB free, %,d MiB at most in one piece); choose a smaller dtype or a shorter context, or %%device cpu."
                            .formatted(
                                    device.name(),
                                    mebibytes(size),
                                    mebibytes(freeBytes()),
                                    mebibytes(device.largestBuffer())));
        }
        MemorySegment none = MemorySegment.NULL;
        MemorySegment buffer = ClStatus.create("clCreateBuffer", status ->
                (MemorySegment) cl.createBuffer.invokeExact(context, READ_WRITE, Math.max(size, 1), none, status));
        bytes += size;
        return buffer;
    }

    private static long mebibytes(long size) {
        return size + (1 << 20) - 1 >> 20;
    }

    /** Gives memory of {@code size} bytes back, once the commands that use it have ended. */
    void release(MemorySegment buffer, long size) {
        ClStatus.call("clReleaseMemObject", () -> (int) cl.releaseMemObject.invokeExact(buffer));
        bytes -= size;
    }

    /** Copies native memory to the device and waits until it is there. */
    void write(MemorySegment from, MemorySegment buffer, long at) {
        if (from.byteSize() > 0) {
            MemorySegment none = MemorySegment.NULL;
            ClStatus.call("clEnqueueWriteBuffer", () -> (int)
                    cl.enqueueWriteBuffer.invokeExact(queue, buffer, TRUE, at, from.byteSize(), from, 0, none, none));
            commands = 0;
        }
    }

    /** Copies native memory to the device some time before the next command, and must be left as it is until then. */
    void send(MemorySegment from, MemorySegment buffer, long at) {
        if (from.byteSize() > 0) {
            MemorySegment none = MemorySegment.NULL;
            ClStatus.call("clEnqueueWriteBuffer", () -> (int)
                    cl.enqueueWriteBuffer.invokeExact(queue, buffer, 0, at, from.byteSize(), from, 0, none, none));
        }
    }

    /** Waits for all commands and copies from the device to native memory. */
    void read(MemorySegment buffer, long at, MemorySegment to) {
        if (to.byteSize() > 0) {
            MemorySegment none = MemorySegment.NULL;
            ClStatus.call("clEnqueueReadBuffer", () ->
                    (int) cl.enqueueReadBuffer.invokeExact(queue, buffer, TRUE, at, to.byteSize(), to, 0, none, none));
            commands = 0;
        }
    }

    /** Copies within the device. */
    void copy(MemorySegment from, MemorySegment to, long size) {
        if (size > 0) {
            MemorySegment none = MemorySegment.NULL;
            ClStatus.call("clEnqueueCopyBuffer", () ->
                    (int) cl.enqueueCopyBuffer.invokeExact(queue, from, to, 0L, 0L, size, 0, none, none));
        }
    }

    /** Zeroes a multiple of 4 bytes. */
    void clear(MemorySegment buffer, long at, long size) {
        if (size > 0) {
            MemorySegment none = MemorySegment.NULL;
            ClStatus.call("clEnqueueFillBuffer", () ->
                    (int) cl.enqueueFillBuffer.invokeExact(queue, buffer, zero, 4L, at, size, 0, none, none));
        }
    }

    /** Runs a kernel over {@code groups0} x {@code groups1} groups of {@code local} work-items. */
    void launch(MemorySegment kernel, long groups0, long groups1, long local) {
        pace();
        sizes.setAtIndex(JAVA_LONG, 0, groups0 * local);
        sizes.setAtIndex(JAVA_LONG, 1, groups1);
        sizes.setAtIndex(JAVA_LONG, 2, local);
        sizes.setAtIndex(JAVA_LONG, 3, 1);
        MemorySegment none = MemorySegment.NULL;
        MemorySegment localSizes = sizes.asSlice(2 * JAVA_LONG.byteSize());
        ClStatus.call("clEnqueueNDRangeKernel", () ->
                (int) cl.enqueueNdRangeKernel.invokeExact(queue, kernel, 2, none, sizes, localSizes, 0, none, none));
    }

    /** Hears a request to stop, and waits for the device when so many commands are under way as it does in a while. */
    private void pace() {
        if (++commands >= commandsAllowed) {
            long start = System.nanoTime();
            finish();
            boolean slow = System.nanoTime() - start > LONG_NANOS;
            commandsAllowed = slow ? Math.max(1, commandsAllowed / 2) : Math.min(MOST_COMMANDS, 2 * commandsAllowed);
        }
        cancellation.check("nothing was changed.");
    }

    /** Waits until all commands have ended. */
    void finish() {
        ClStatus.call("clFinish", () -> (int) cl.finish.invokeExact(queue));
        commands = 0;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            finish();
            ClStatus.call("clReleaseCommandQueue", () -> (int) cl.releaseCommandQueue.invokeExact(queue));
            ClStatus.call("clReleaseContext", () -> (int) cl.releaseContext.invokeExact(context));
            arena.close();
        }
    }
}
