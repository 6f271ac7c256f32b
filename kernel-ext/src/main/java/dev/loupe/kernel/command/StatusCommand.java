package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Status;
import dev.loupe.kernel.view.Views;
import java.util.List;

/** {@code status}: what is loaded and how it runs now. */
final class StatusCommand implements Command {
    private static final Usage USAGE =
            new Usage("status", false, "", "tells what is loaded and how it runs now", List.of(), List.of(""));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        arguments.positionals(0, session.output().call("status", ""));
        Status status = session.llm().status();
        session.output().show(Views.of(status));
        return status;
    }
}
