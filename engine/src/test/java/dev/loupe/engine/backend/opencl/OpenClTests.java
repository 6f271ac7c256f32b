package dev.loupe.engine.backend.opencl;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.Optional;

/** The OpenCL device that tests run on; where there is none, the test is aborted with the reason. */
public final class OpenClTests {
    private OpenClTests() {}

    public static Device device() {
        Device first = new OpenClDevices().devices().getFirst();
        return first.usable() ? first : abort("skipped: " + first.problem());
    }

    /** Its backend, in the form that suits it. */
    public static Backend open(MemoryLedger ledger) {
        return OpenClDevices.open(device(), Optional.empty(), ledger, new Cancellation());
    }

    /** What it has beyond OpenCL 1.2. */
    static ClFeatures features() {
        try (var queue = OpenClDevices.queue(device().id(), new Cancellation())) {
            return queue.device().features();
        }
    }

    /** Its backend in the form for GPUs, many work-items a row, with all that it has. */
    static Backend openAsGpu(MemoryLedger ledger) {
        return openAsGpu(ledger, features());
    }

    static Backend openAsGpu(MemoryLedger ledger, ClFeatures features) {
        var form = new ClPrograms.Form(32, 1, 4, features);
        return OpenClDevices.open(device(), Optional.of(form), ledger, new Cancellation());
    }
}
