package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * NVIDIA's driver API (https://docs.nvidia.com/cuda/cuda-driver-api) of {@code libcuda}, the only CUDA library that a
 * machine with a driver always has.
 *
 * <p>Invariant: a call that fails becomes a {@link LoupeException} that names it; nothing is left half done on the
 * host.
 */
final class Driver {
    /** The oldest driver API that has all functions used here. */
    private static final int OLDEST = 11_020;

    static final int OUT_OF_MEMORY = 2;

    private final NativeLibrary library;

    private Driver(NativeLibrary library) {
        this.library = library;
    }

    /** The driver, once for all devices; loading is tried again while there is none. */
    private static Driver loaded;

    /**
     * The driver of this machine.
     *
     * @throws LoupeException that says why there is none
     */
    static synchronized Driver get() {
        if (loaded == null) {
            loaded = load();
        }
        return loaded;
    }

    private static Driver load() {
        NativeLibrary library = null;
        for (String name : new String[] {"libcuda.so.1", "nvcuda.dll"}) {
            try {
                library = NativeLibrary.load(name);
                break;
            } catch (IllegalArgumentException e) {
                continue; // the other system's name
            }
        }
        if (library == null) {
            throw new LoupeException(
                    "There is no CUDA device: libcuda.so.1, NVIDIA's driver, is not installed; stay with %device cpu.");
        }
        var driver = new Driver(library);
        int status = library.function("cuInit", 1).call(0);
        if (status != 0) {
            throw new LoupeException(
                    "There is no CUDA device: cuInit says \"%s\" (%d); check with nvidia-smi that the driver runs and that you may use /dev/nvidia*."
                            .formatted(driver.describe(status), status));
        }
        int version = driver.version();
        if (version < OLDEST) {
            throw new LoupeException("NVIDIA's driver is too old (CUDA %s, needed is %s); install a newer one."
                    .formatted(text(version), text(OLDEST)));
        }
        return driver;
    }

    /** The CUDA version that the driver serves, 13000 for 13.0. */
    int version() {
        return integer("cuDriverGetVersion");
    }

    /** "13.0" for 13000. */
    static String text(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Calls a function and throws if it fails. */
    void call(String name, long... arguments) {
        check(name, status(name, arguments));
    }

    /** Calls a function that may fail. */
    int status(String name, long... arguments) {
        return library.function(name, arguments.length).call(arguments);
    }

    /** A function for frequent calls. */
    NativeLibrary.Function function(String name, int arity) {
        return library.function(name, arity);
    }

    /** Whether this driver has a function. */
    boolean has(String name) {
        return library.has(name);
    }

    void check(String name, int status) {
        if (status == 0) {
            return;
        }
        if (status == OUT_OF_MEMORY) {
            throw new LoupeException(
                    "%s says that the device's memory is full; choose a smaller dtype or return with %%device cpu."
                            .formatted(name));
        }
        throw new LoupeException("CUDA failed: %s says \"%s\" (%d); return with %%device cpu, which keeps the session."
                .formatted(name, describe(status), status));
    }

    /** The driver's words for a status. */
    String describe(int status) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            if (status("cuGetErrorString", status, out.address()) != 0) {
                return "unknown error";
            }
            return out.get(ValueLayout.ADDRESS, 0).reinterpret(256).getString(0);
        }
    }

    /** The int that a function writes to its first argument. */
    int integer(String name, long... rest) {
        return (int) value(name, rest);
    }

    /** The 64 bits that a function writes to its first argument. */
    long value(String name, long... rest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            var arguments = new long[rest.length + 1];
            arguments[0] = out.address();
            System.arraycopy(rest, 0, arguments, 1, rest.length);
            call(name, arguments);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** The 64 bits that a function writes to its second argument. */
    long value2(String name, long first) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            call(name, first, out.address());
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
