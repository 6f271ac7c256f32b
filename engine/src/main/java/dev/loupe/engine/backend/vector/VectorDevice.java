package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.ops.DeviceKind;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.SystemMemory;
import java.util.List;

/** This machine's processor, which is always there; its Vector API must have been switched on. */
public final class VectorDevice implements DeviceKind {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public List<Device> devices() {
        if (!VectorCpu.available()) {
            return List.of(Device.missing(
                    name(),
                    "This Java was started without its Vector API; add --add-modules jdk.incubator.vector (JJAVA_JVM_OPTS"
                            + " in a stock notebook kernel), or start with ./loupe."));
        }
        int cores = Runtime.getRuntime().availableProcessors();
        String name = "%s, %d core%s".formatted(System.getProperty("os.arch"), cores, cores == 1 ? "" : "s");
        return List.of(new Device(name(), name, VectorCpu.describe(), SystemMemory.total()));
    }

    @Override
    public boolean isFast(Device device) {
        return true;
    }

    @Override
    public Backend open(Device device, int threads, MemoryLedger ledger, Cancellation cancellation) {
        return new VectorBackend(threads, ledger, cancellation);
    }
}
