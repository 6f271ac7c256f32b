package dev.loupe.kernel.jjava;

import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.command.Command;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.command.NotebookSession;
import dev.loupe.kernel.jupyter.Bundle;
import dev.loupe.kernel.jupyter.MagicCommands;
import dev.loupe.kernel.view.View;
import java.util.Optional;
import org.dflib.jjava.jupyter.kernel.BaseKernel;

/**
 * The commands in a kernel on JJava's base; our own kernel calls them with lines that no kernel has cut.
 *
 * <p>Invariant: a name that {@link #has} knows is a command's, whatever other magics the kernel has.
 */
public final class Magics {
    private final JJavaHost host;
    private final NotebookSession session;

    private Magics(BaseKernel kernel) {
        host = new JJavaHost(kernel);
        session = new MagicCommands(host).session();
    }

    /** Gives a kernel the commands as magics, and our looks to the values of its cells. */
    public static Magics install(BaseKernel kernel) {
        return new Magics(kernel);
    }

    /** Whether there is a command of this name, or {@code name?} asks for the help of one. */
    public boolean has(String name) {
        return command(name).isPresent();
    }

    /** Whether a command takes the text of its cell. */
    public boolean takesBody(String name) {
        return command(name).filter(command -> command.usage().body()).isPresent();
    }

    private static Optional<Command> command(String name) {
        String plain = name.replaceFirst("\\?$", "");
        return Commands.all().stream()
                .filter(command -> command.usage().name().equals(plain))
                .findFirst();
    }

    /**
     * Runs a command whose line no kernel has cut.
     *
     * @return its value, null for none
     * @throws LoupeException as the command does
     */
    public Object call(String name, String line, String body) {
        return name.endsWith("?")
                ? Commands.find("help").run(name.replaceFirst("\\?$", ""), "", session)
                : Commands.find(name).run(line, body, session);
    }

    /** Shows something in the cell that runs. */
    public void show(View view) {
        host.display(Bundle.of(view), null);
    }

    /** What the commands act on. */
    public NotebookSession session() {
        return session;
    }
}
