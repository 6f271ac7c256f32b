package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One GPU: its context, its stream, its memory, and the launch of kernels in order.
 *
 * <p>Used by one thread at a time, not always the same. Invariant: everything runs on one stream, so a copy to the host
 * sees what all earlier kernels wrote.
 */
final class CudaDevice implements AutoCloseable {
    private static final int MULTIPROCESSORS = 16;
    private static final int MAJOR = 75;
    private static final int MINOR = 76;
    private static final int SHARED_PER_BLOCK = 97;
    private static final int NON_BLOCKING = 1;
    private static final int PROGRAMMATIC_SERIALIZATION = 6;
    private static final long LANDING_BYTES = 1L << 20;
    private static final int CONFIG_BYTES = 56;
    private static final int ATTRIBUTE_BYTES = 72;

    private final Driver driver;
    private final int ordinal;
    private final int handle;
    private final long context;
    private final long stream;
    private final String name;
    private final int capability;
    private final int multiprocessors;
    private final int sharedBytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment config = arena.allocate(CONFIG_BYTES, 8);
    private final MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, 8);
    private final NativeLibrary.Function launch;
    private final NativeLibrary.Function toHost;
    private final NativeLibrary.Function synchronize;
    private final RegisteredMemory landing; // what copies to the host pass through
    private final Arguments arguments = new Arguments(arena);
    private final Kernels kernels;

    /** Whether a kernel can start before the one before it ends (programmatic dependent launch), and waits for it. */
    private final boolean overlaps;

    private Thread current;
    private int users = 1;

    CudaDevice(Driver driver, int ordinal) {
        this.driver = driver;
        this.ordinal = ordinal;
        handle = driver.integer("cuDeviceGet", ordinal);
        name = name(driver, handle);
        capability = 10 * attribute(MAJOR) + attribute(MINOR);
        multiprocessors = attribute(MULTIPROCESSORS);
        sharedBytes = attribute(SHARED_PER_BLOCK);
        context = driver.value("cuDevicePrimaryCtxRetain", handle);
        makeCurrent();
        stream = driver.value("cuStreamCreate", NON_BLOCKING);
        kernels = new Kernels(this);
        overlaps = capability >= 90 && driver.has("cuLaunchKernelEx") && kernels.compiled();
        launch = overlaps ? driver.function("cuLaunchKernelEx", 4) : driver.function("cuLaunchKernel", 11);
        attribute.set(ValueLayout.JAVA_INT, 0, PROGRAMMATIC_SERIALIZATION);
        attribute.set(ValueLayout.JAVA_INT, 8, 1);
        toHost = driver.function("cuMemcpyDtoHAsync_v2", 4);
        synchronize = driver.function("cuStreamSynchronize", 1);
        landing = new RegisteredMemory(this, LANDING_BYTES);
    }

    /** Number of CUDA devices. */
    static int count(Driver driver) {
        return driver.integer("cuDeviceGetCount");
    }

    static String name(Driver driver, int handle) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(256);
            driver.call("cuDeviceGetName", out.address(), 256, handle);
            return out.getString(0);
        }
    }

    private int attribute(int which) {
        return driver.integer("cuDeviceGetAttribute", which, handle);
    }

    /** Device id, "cuda:0". */
    String id() {
        return "cuda:" + ordinal;
    }

    String name() {
        return name;
    }

    Driver driver() {
        return driver;
    }

    Kernels kernels() {
        return kernels;
    }

    /** Compute capability, 90 for 9.0. */
    int capability() {
        return capability;
    }

    /** The architecture that kernels are compiled for, "sm_90". */
    String architecture() {
        return "sm_" + capability;
    }

    int multiprocessors() {
        return multiprocessors;
    }

    /** Most shared memory of a block. */
    int sharedBytes() {
        return sharedBytes;
    }

    long stream() {
        return stream;
    }

    /** Makes the context that of the calling thread, which driver calls need. */
    void makeCurrent() {
        if (current != Thread.currentThread()) {
            driver.call("cuCtxSetCurrent", context);
            current = Thread.currentThread();
        }
    }

    /** Free bytes and all bytes of the device's memory. */
    long[] memory() {
        makeCurrent();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ValueLayout.JAVA_LONG, 2);
            driver.call("cuMemGetInfo_v2", out.address(), out.address() + 8);
            return out.toArray(ValueLayout.JAVA_LONG);
        }
    }

    /** Takes memory, not zeroed. */
    long allocate(long bytes) {
        makeCurrent();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ValueLayout.JAVA_LONG);
            int status = driver.status("cuMemAlloc_v2", out.address(), Math.max(bytes, 1));
            if (status == 2) {
                throw new LoupeException(
                        "%s (%s) has no %,d MiB of memory left, %,d MiB are free; choose a smaller dtype or return with %%device cpu."
                                .formatted(id(), name, bytes >> 20, memory()[0] >> 20));
            }
            driver.check("cuMemAlloc", status);
            users++;
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Gives memory back, once all kernels are done. */
    void free(long address) {
        makeCurrent();
        driver.status("cuMemFree_v2", address);
        leave();
    }

    void zero(long address, long bytes) {
        makeCurrent();
        driver.call("cuMemsetD8Async", address, 0, bytes, stream);
    }

    /** Copies native host memory to the device, in the stream's order; the host memory is free again afterwards. */
    void upload(MemorySegment from, long to) {
        makeCurrent();
        driver.call("cuMemcpyHtoDAsync_v2", to, from.address(), from.byteSize(), stream);
    }

    /** As {@link #upload}, from memory of any kind. */
    void uploadCopy(MemorySegment from, long to) {
        try (Arena scratch = Arena.ofConfined()) {
            upload(scratch.allocate(from.byteSize(), 8).copyFrom(from), to);
        }
    }

    /** Copies from the device to host memory once all earlier kernels are done. */
    void download(long from, MemorySegment to) {
        makeCurrent();
        MemorySegment host = landing.segment();
        for (long at = 0; at < to.byteSize(); at += LANDING_BYTES) {
            long bytes = Math.min(LANDING_BYTES, to.byteSize() - at);
            driver.check("cuMemcpyDtoHAsync", toHost.call(host.address(), from + at, bytes, stream));
            synchronize();
            MemorySegment.copy(host, 0, to, at, bytes);
        }
    }

    /** Waits until all kernels are done. */
    void synchronize() {
        driver.check("cuStreamSynchronize", synchronize.call(stream));
    }

    /** The parameters of the next launch, empty. */
    Arguments arguments() {
        return arguments.reset();
    }

    /** The parameters that are being packed. */
    Arguments sameArguments() {
        return arguments;
    }

    /**
     * Launches a kernel with the {@link #arguments()} packed last.
     *
     * @param shared bytes of dynamic shared memory
     */
    void launch(Kernel kernel, long gridX, int gridY, int gridZ, int block, int shared) {
        makeCurrent();
        long function = kernel.handle(shared);
        int status;
        if (overlaps) {
            config.set(ValueLayout.JAVA_INT, 0, Math.toIntExact(gridX));
            config.set(ValueLayout.JAVA_INT, 4, gridY);
            config.set(ValueLayout.JAVA_INT, 8, gridZ);
            config.set(ValueLayout.JAVA_INT, 12, block);
            config.set(ValueLayout.JAVA_INT, 16, 1);
            config.set(ValueLayout.JAVA_INT, 20, 1);
            config.set(ValueLayout.JAVA_INT, 24, shared);
            config.set(ValueLayout.JAVA_LONG, 32, stream);
            config.set(ValueLayout.JAVA_LONG, 40, attribute.address());
            config.set(ValueLayout.JAVA_INT, 48, 1);
            status = launch.call(config.address(), function, arguments.address(), 0);
        } else {
            status = launch.call(function, gridX, gridY, gridZ, block, 1, 1, shared, stream, arguments.address(), 0);
        }
        driver.check("cuLaunchKernel of " + kernel.name(), status);
    }

    /** Leaves the device; it goes with the last of its memory. */
    @Override
    public void close() {
        makeCurrent();
        driver.status("cuStreamSynchronize", stream);
        leave();
    }

    private void leave() {
        if (--users == 0) {
            kernels.close();
            landing.close();
            driver.status("cuStreamDestroy_v2", stream);
            driver.status("cuDevicePrimaryCtxRelease_v2", handle);
            arena.close();
        }
    }
}
