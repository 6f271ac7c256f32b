package dev.loupe.engine.backend.opencl;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Device;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /**
     * The form for devices with integer dot products, on a device that lacks them: the built-in function, as its
     * specification has it, is written out.
     */
    static ClFeatures dotsWrittenOut() {
        String dot = Stream.of("x", "y", "z", "w")
                .map("(int)as_uchar4(a).%1$s*as_char4(b).%1$s"::formatted)
                .collect(Collectors.joining("+"));
        return new ClFeatures(ClFeatures.Shuffle.NONE, false, " -D DOT(a,b)=(%s)".formatted(dot));
    }

    /** Its backend in the form that suits it, with other features. */
    static Backend open(MemoryLedger ledger, ClFeatures features) {
        try (var queue = OpenClDevices.queue(device().id(), new Cancellation())) {
            var own = ClPrograms.Form.of(queue.device());
            var form = new ClPrograms.Form(own.lanes(), own.width(), own.rows(), features);
            return OpenClDevices.open(device(), Optional.of(form), ledger, new Cancellation());
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
