package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Status;
import dev.loupe.engine.backend.Devices;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import java.util.List;

/** {@code device}: says where the model computes, moves it, or changes its number of threads. */
final class DeviceCommand implements Command {
    private static final Usage USAGE = new Usage(
            "device",
            false,
            "[NAME]",
            "moves the model to another device; without a name tells the one it is on",
            List.of(Option.named("threads", "N", "threads on the CPU, 1 to the number of cores")),
            List.of("", "cpu", "threads=1"));

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
        List<String> names = arguments.positionals(1, session.output().call("device", "cpu"));
        Llm llm = session.llm();
        int threads = (int) arguments.integer(
                "threads", llm.threads(), 1, Runtime.getRuntime().availableProcessors());
        names.forEach(llm::device);
        if (threads != llm.threads()) {
            llm.threads(threads);
        }
        Status status = llm.status();
        String where = "%s: %s, %d thread%s"
                .formatted(status.device(), status.backend(), status.threads(), status.threads() == 1 ? "" : "s");
        session.output().show(View.column(View.text(where), Views.notes(status.notes())));
        return status;
    }
}
