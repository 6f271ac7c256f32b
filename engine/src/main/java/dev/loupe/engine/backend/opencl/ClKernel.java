package dev.loupe.engine.backend.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A kernel: give the arguments in their order, then run it. Invariant: arguments are copied when they are given. */
final class ClKernel implements AutoCloseable {
    private final ClQueue queue;
    private final MemorySegment kernel;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment value = arena.allocate(JAVA_LONG);
    private int index;

    ClKernel(ClQueue queue, MemorySegment program, String name) {
        this.queue = queue;
        MemorySegment text = arena.allocateFrom(name);
        kernel = ClStatus.create("clCreateKernel", status ->
                (MemorySegment) queue.cl().createKernel.invokeExact(program, text, status));
    }

    /** Memory of the device. */
    ClKernel buffer(MemorySegment buffer) {
        value.set(ADDRESS, 0, buffer);
        return argument(ADDRESS.byteSize(), value);
    }

    ClKernel number(int number) {
        value.set(JAVA_INT, 0, number);
        return argument(JAVA_INT.byteSize(), value);
    }

    ClKernel number(long number) {
        value.set(JAVA_LONG, 0, number);
        return argument(JAVA_LONG.byteSize(), value);
    }

    ClKernel number(float number) {
        value.set(JAVA_FLOAT, 0, number);
        return argument(JAVA_FLOAT.byteSize(), value);
    }

    /** Memory shared by the work-items of a group. */
    ClKernel local(long bytes) {
        return argument(bytes, MemorySegment.NULL);
    }

    private ClKernel argument(long size, MemorySegment from) {
        int at = index++;
        ClStatus.call("clSetKernelArg", () -> (int) queue.cl().setKernelArg.invokeExact(kernel, at, size, from));
        return this;
    }

    /** Runs over groups of {@code local} work-items. */
    void run(long groups, int local) {
        run(groups, 1, local);
    }

    /** Runs over {@code groups0} x {@code groups1} groups of {@code local} work-items. */
    void run(long groups0, long groups1, int local) {
        index = 0;
        if (groups0 > 0 && groups1 > 0) {
            queue.launch(kernel, groups0, groups1, local);
        }
    }

    @Override
    public void close() {
        ClStatus.call("clReleaseKernel", () -> (int) queue.cl().releaseKernel.invokeExact(kernel));
        arena.close();
    }
}
