package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.AttentionOptions;
import dev.loupe.Status;
import java.util.List;

/** {@code window}: lets attention see the last positions only. */
final class WindowCommand implements Command {
    private static final Usage USAGE = new Usage(
            "window",
            false,
            "[N | off]",
            "lets each token see the last N positions only, the first ones besides with sinks=;"
                    + " layers with a window of their own keep it",
            AttentionOptions.WINDOW,
            List.of("256 sinks=4", "off"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("off", "256", "1024");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(1, session.output().call("window", "256 sinks=4"));
        boolean change = !words.isEmpty() || arguments.has("sinks");
        if (change) {
            String sinks = arguments.find("sinks").map(n -> " sinks=" + n).orElse("");
            String line = String.join(" ", words) + sinks;
            AttentionOptions.window(line); // a mistyped word is told before a missing model
            session.llm().window(line);
        }
        Status status = Switched.show(session, change);
        Switched.picture(session);
        return status;
    }
}
