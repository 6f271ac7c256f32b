package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.KernelRun;
import dev.loupe.Kernels;
import dev.loupe.Option;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.ops.Device;
import dev.loupe.kernel.view.View;
import java.util.List;
import java.util.Optional;

/**
 * {@code kernel}: the product of a quantised matrix with a vector, as a device computes it or as the cell's text does;
 * checked, then timed. A device that is not there is skipped with the reason.
 */
final class KernelCommand implements Command {
    private static final Usage USAGE = new Usage(
            "kernel",
            true,
            "DEVICE DTYPE.matvec",
            "checks and times a kernel: the engine's own (reference, cpu, opencl), or the cell's text of OpenCL C with"
                    + " matvec(__global const uchar *w, __global const float *x, __global float *out, int rows, int columns)",
            List.of(Option.named("items", "N", "work-items for a row, where the text is yours (1)")),
            List.of("cpu q4_0.matvec", "opencl q4_0.matvec"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return Devices.available();
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String example = session.output().call("kernel", "opencl q4_0.matvec");
        List<String> words = arguments.positionals(2, example);
        String device = words.isEmpty() ? "reference" : words.getFirst();
        String kernel = words.size() < 2 ? "q4_0.matvec" : words.get(1);
        int items = (int) arguments.integer("items", 1, 1, 256);
        Optional<String> missing = missing(device);
        if (missing.isPresent()) {
            session.output().show(View.note("skipped %s: %s".formatted(device, missing.get())));
            return null;
        }
        KernelRun run = body.isBlank() ? Kernels.run(device, kernel) : Kernels.run(device, kernel, body, items);
        session.output().show(View.text(run.toString()));
        return run;
    }

    /** Why there is nothing of a kind of device. */
    private static Optional<String> missing(String kind) {
        return Devices.all().stream()
                .filter(device -> device.id().equals(kind) && !device.usable())
                .map(Device::problem)
                .findFirst();
    }
}
