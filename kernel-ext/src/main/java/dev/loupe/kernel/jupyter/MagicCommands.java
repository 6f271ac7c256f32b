package dev.loupe.kernel.jupyter;

import dev.loupe.kernel.command.Command;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.command.NotebookSession;
import java.util.List;
import java.util.function.Function;

/**
 * The commands as magics of a Java kernel, and the looks of their values.
 *
 * <p>A magic shows its result by itself, as several may stand in a cell, of which a kernel would show the last.
 * Invariant: what a cell has shown is not shown again as its value.
 */
public final class MagicCommands {
    private final NotebookSession session;

    /** Opens the session of this process in a kernel. */
    public MagicCommands(Host host) {
        var output = new NotebookOutput(host);
        session = NotebookSession.open(output);
        Commands.all().forEach(command -> register(command, host));
        Looks.all(new Looks.Renderer() {
            @Override
            public <T> void render(Class<T> type, Function<T, Bundle> look) {
                host.render(type, value -> output.look(value, look));
            }
        });
    }

    /** What the commands act on. */
    public NotebookSession session() {
        return session;
    }

    private void register(Command command, Host host) {
        String name = command.usage().name();
        host.lineMagic(name, words -> run(command, words, ""));
        host.lineMagic(name + "?", _ -> run(Commands.find("help"), List.of(name), ""));
        if (command.usage().body()) {
            host.cellMagic(name, (words, body) -> run(command, words, body));
        }
    }

    private Object run(Command command, List<String> words, String body) {
        return command.run(MagicLine.of(words, command.usage().options()), body, session);
    }
}
