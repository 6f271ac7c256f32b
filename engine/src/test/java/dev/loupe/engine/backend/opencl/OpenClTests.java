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

    /** Its backend in the form for GPUs: many work-items a row. */
    static Backend openAsGpu(MemoryLedger ledger) {
        var form = new ClPrograms.Form(32, 1, 4);
        return OpenClDevices.open(device(), Optional.of(form), ledger, new Cancellation());
    }
}
