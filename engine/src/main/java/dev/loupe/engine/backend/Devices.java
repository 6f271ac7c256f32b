package dev.loupe.engine.backend;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.cuda.CudaDevices;
import dev.loupe.engine.backend.opencl.OpenClDevices;
import dev.loupe.engine.backend.vector.VectorDevice;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.ops.DeviceKind;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The devices that a model can run on: the one list of their kinds. */
public final class Devices {
    /** Chooses the fastest that there is. */
    public static final String AUTO = "auto";

    /** In the order in which {@link #AUTO} tries them. */
    private static final List<DeviceKind> KINDS = List.of(new CudaDevices(), new OpenClDevices(), new VectorDevice());

    private Devices() {}

    /** Every device of this machine, and why there is none of a kind; the cpu first. */
    public static List<Device> all() {
        return KINDS.reversed().stream()
                .flatMap(kind -> kind.devices().stream())
                .toList();
    }

    /** Ids of the devices that can be used. */
    public static List<String> available() {
        return all().stream().filter(Device::usable).map(Device::id).toList();
    }

    /** Threads that compute unless told otherwise: one a core. */
    public static int defaultThreads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /**
     * The device of a name: an id, a kind ("opencl" for its first), or {@link #AUTO}.
     *
     * @throws LoupeException that says why it is not there
     */
    public static Device find(String name) {
        if (name.equals(AUTO)) {
            return KINDS.stream()
                    .flatMap(kind -> kind.devices().stream()
                            .filter(device -> device.usable() && kind.isFast(device))
                            .limit(1))
                    .findFirst()
                    .orElseThrow(() -> new LoupeException(whyNot("cpu")));
        }
        List<Device> named = KINDS.stream()
                .filter(kind -> kind.name().equals(kind(name)))
                .flatMap(kind -> kind.devices().stream())
                .filter(device -> device.id().equals(name) || kind(device.id()).equals(name))
                .toList();
        return named.stream().filter(Device::usable).findFirst().orElseThrow(() -> missing(name, named));
    }

    /**
     * What {@link #AUTO} passed over to come to a device, for people; empty if nothing.
     *
     * @param chosen what {@link #find} gave
     */
    public static String passedOver(Device chosen) {
        return KINDS.stream()
                .takeWhile(kind -> !kind.name().equals(kind(chosen.id())))
                .map(kind -> whyNot(kind.name()))
                .collect(Collectors.joining(" "));
    }

    private static String whyNot(String kind) {
        return KINDS.stream()
                .filter(k -> k.name().equals(kind))
                .flatMap(k -> k.devices().stream()
                        .map(device -> device.usable() && !k.isFast(device)
                                ? "%s (%s) is no GPU.".formatted(device.id(), device.name())
                                : device.problem()))
                .collect(Collectors.joining(" "));
    }

    private static LoupeException missing(String name, List<Device> named) {
        if (!named.isEmpty()) {
            return new LoupeException(named.getFirst().problem());
        }
        if (KINDS.stream().anyMatch(kind -> kind.name().equals(kind(name)))) {
            return new LoupeException("There is no %s here (%s); choose one of %s."
                    .formatted(name, whyNot(kind(name)), String.join(", ", available())));
        }
        return new LoupeException(
                "There is no device \"%s\"; choose one of %s.".formatted(name, String.join(", ", available())));
    }

    private static String kind(String id) {
        int colon = id.indexOf(':');
        return colon < 0 ? id : id.substring(0, colon);
    }

    /**
     * Opens a device that {@link #find} gave.
     *
     * @param threads for the cpu, 1 to the number of cores
     */
    public static Backend open(Device device, int threads, MemoryLedger ledger, Cancellation cancellation) {
        int cores = defaultThreads();
        if (threads < 1 || threads > cores) {
            throw new LoupeException("%d threads cannot be used here; choose 1 to %d.".formatted(threads, cores));
        }
        return KINDS.stream()
                .filter(kind -> kind.name().equals(kind(device.id())))
                .findFirst()
                .orElseThrow()
                .open(device, threads, ledger, cancellation);
    }

    /** The names that {@code %device} takes. */
    public static List<String> names() {
        return Stream.concat(Stream.of(AUTO), available().stream()).toList();
    }
}
