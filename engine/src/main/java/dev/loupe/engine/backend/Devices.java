package dev.loupe.engine.backend;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;

/** The devices that a model can run on. */
public final class Devices {
    private Devices() {}

    /** Ids of the devices of this machine. */
    public static List<String> available() {
        return List.of("cpu");
    }

    /** Threads that compute unless told otherwise: one a core. */
    public static int defaultThreads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /**
     * Checks that a device is there.
     *
     * @throws LoupeException that says why it is not
     */
    public static void require(String device) {
        if (available().contains(device)) {
            requireVectorApi();
            return;
        }
        if (device.matches("(cuda|opencl)(:\\d+)?")) {
            throw new LoupeException(
                    "The device %s is not there: this version of Loupe computes on the cpu only; stay with %%device cpu."
                            .formatted(device));
        }
        throw new LoupeException(
                "There is no device \"%s\"; choose one of %s.".formatted(device, String.join(", ", available())));
    }

    private static void requireVectorApi() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            throw new LoupeException(
                    "This Java was started without its Vector API; add --add-modules jdk.incubator.vector (JJAVA_JVM_OPTS"
                            + " in a stock notebook kernel), or start with ./loupe.");
        }
    }

    /**
     * Opens a device that {@link #require} accepts.
     *
     * @param threads for the cpu, 1 to the number of cores
     */
    public static Backend open(String device, int threads, MemoryLedger ledger, Cancellation cancellation) {
        require(device);
        int cores = Runtime.getRuntime().availableProcessors();
        if (threads < 1 || threads > cores) {
            throw new LoupeException("%d threads cannot be used here; choose 1 to %d.".formatted(threads, cores));
        }
        return new VectorBackend(threads, ledger, cancellation);
    }
}
