package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Status;
import java.util.List;
import java.util.Optional;

/** {@code flash}: tiled attention, or the naive kind that writes all scores down. */
final class FlashCommand implements Command {
    private static final List<String> CHOICES = List.of("on", "off");
    private static final Usage USAGE = new Usage(
            "flash",
            false,
            "[on | off]",
            "computes attention tile by tile (on), or writes all scores down first (off); without a word tells which",
            List.of(),
            List.of("", "off", "on"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return CHOICES;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        Optional<String> word = Choice.of(arguments, "flash", CHOICES, session);
        word.ifPresent(on -> session.llm().flash(on.equals("on")));
        Status status = Switched.show(session, false);
        Switched.picture(session);
        return status;
    }
}
