package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Status;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.ops.Device;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Units;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import java.util.List;
import java.util.Optional;

/** {@code device}: lists the devices, moves the model to one, or changes the number of threads. */
final class DeviceCommand implements Command {
    private static final Usage USAGE = new Usage(
            "device",
            false,
            "[NAME]",
            "moves the model to another device (cpu, opencl, opencl:1; auto for the fastest); without a name lists them,"
                    + " with the reason where one cannot be used",
            List.of(
                    Option.named("layers", "N", "layers on the device, the last ones; the others stay on the CPU"),
                    Option.named("threads", "N", "threads on the CPU, 1 to the number of cores")),
            List.of("", "opencl", "cuda layers=20", "cpu threads=1"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return Devices.names();
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> names = arguments.positionals(1, session.output().call("device", "opencl"));
        if (names.isEmpty()
                && arguments.find("threads").isEmpty()
                && arguments.find("layers").isEmpty()) {
            Optional<Status> status = session.loaded().map(Llm::status);
            session.output()
                    .show(View.column(View.text(status.map(DeviceCommand::where).orElse("")), devices()));
            return status.orElse(null);
        }
        Llm llm = session.llm();
        try (Output.Live live = session.output().live()) {
            String layers = arguments.find("layers").map(n -> " layers=" + n).orElse("");
            if (!names.isEmpty() || !layers.isEmpty()) {
                llm.device(String.join("", names) + layers, new ProgressBar(live));
            }
            int threads = (int) arguments.integer("threads", llm.threads(), 1, Devices.defaultThreads());
            if (threads != llm.threads()) {
                llm.threads(threads);
            }
            Status status = llm.status();
            live.finish(View.column(View.text(where(status)), Views.notes(status.notes())));
            return status;
        }
    }

    private static String where(Status status) {
        return "%s: %s, %d thread%s; %s of its memory in use"
                .formatted(
                        status.device(),
                        status.backend(),
                        status.threads(),
                        status.threads() == 1 ? "" : "s",
                        Units.bytes(status.memory().total()));
    }

    private static View devices() {
        var grid = new Grid("device", "hardware", "driver", "memory");
        List<Device> all = Devices.all();
        all.stream()
                .filter(Device::usable)
                .forEach(d -> grid.row(d.id(), d.name(), d.driver(), Units.bytes(d.memory())));
        View[] missing = all.stream()
                .filter(d -> !d.usable())
                .map(d -> View.note("%s: %s".formatted(d.id(), d.problem())))
                .toArray(View[]::new);
        return View.column(grid.view(), View.column(missing));
    }
}
