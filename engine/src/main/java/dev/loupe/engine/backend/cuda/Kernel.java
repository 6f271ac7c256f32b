package dev.loupe.engine.backend.cuda;

/** A compiled kernel. Invariant: it may use as much shared memory as a launch asked for so far. */
final class Kernel {
    private static final int MAX_DYNAMIC_SHARED = 8;
    private static final int ALWAYS_ALLOWED = 48 << 10;

    private final CudaDevice device;
    private final String name;
    private final long handle;
    private int allowed = ALWAYS_ALLOWED;

    Kernel(CudaDevice device, String name, long handle) {
        this.device = device;
        this.name = name;
        this.handle = handle;
    }

    String name() {
        return name;
    }

    /** Its CUfunction, once {@code shared} bytes of dynamic shared memory are allowed. */
    long handle(int shared) {
        if (shared > allowed) {
            device.driver().call("cuFuncSetAttribute", handle, MAX_DYNAMIC_SHARED, shared);
            allowed = shared;
        }
        return handle;
    }
}
