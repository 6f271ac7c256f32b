package dev.loupe.kernel.jjava;

import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.command.Command;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.command.NotebookSession;
import dev.loupe.kernel.jupyter.Bundle;
import dev.loupe.kernel.jupyter.Looks;
import dev.loupe.kernel.jupyter.MagicLine;
import dev.loupe.kernel.jupyter.NotebookOutput;
import dev.loupe.kernel.jupyter.Screen;
import dev.loupe.kernel.view.View;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.magic.CellMagic;
import org.dflib.jjava.jupyter.kernel.magic.LineMagic;

/**
 * The commands as magics of a JJava kernel, and the looks of their values.
 *
 * <p>A magic shows its result by itself, as several may stand in a cell, of which the kernel would show the last.
 * Invariant: what a cell has shown is not shown again as its value.
 */
public final class Magics {
    /** What the kernel takes for "no value". */
    private static final String NO_VALUE = "\"__NO_MAGIC_RETURN\"";

    private final BaseKernel kernel;
    private final NotebookOutput output;
    private final NotebookSession session;

    private Magics(BaseKernel kernel) {
        this.kernel = kernel;
        output = new NotebookOutput(new Cells(kernel));
        session = NotebookSession.open(output);
    }

    /** Gives a kernel the commands as magics, and our looks to the values of its cells. */
    public static Magics install(BaseKernel kernel) {
        var magics = new Magics(kernel);
        magics.register();
        return magics;
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
        kernel.display(data(Bundle.of(view)));
    }

    /** What the commands act on. */
    public NotebookSession session() {
        return session;
    }

    private void register() {
        Commands.all().forEach(this::register);
        Looks.all(new Looks.Renderer() {
            @Override
            public <T> void render(Class<T> type, Function<T, Bundle> look) {
                kernel.getRenderer()
                        .createRegistration(type)
                        .register((value, context) ->
                                context.getOutputContainer().assign(data(output.look(value, look))));
            }
        });
    }

    private void register(Command command) {
        String name = command.usage().name();
        LineMagic<Object, BaseKernel> line = (_, words) -> run(command, words, "");
        kernel.getMagicsRegistry().registerLineMagic(name, line);
        LineMagic<Object, BaseKernel> help = (_, _) -> run(Commands.find("help"), List.of(name), "");
        kernel.getMagicsRegistry().registerLineMagic(name + "?", help);
        if (command.usage().body()) {
            CellMagic<Object, BaseKernel> cell = (_, words, body) -> {
                run(command, words, body);
                return NO_VALUE;
            };
            kernel.getMagicsRegistry().registerCellMagic(name, cell);
        }
    }

    private Object run(Command command, List<String> words, String body) {
        try {
            Object value = command.run(MagicLine.of(words, command.usage().options()), body, session);
            return value == null ? NO_VALUE : value;
        } catch (LoupeException e) {
            throw new LoupeError(e.getMessage());
        }
    }

    private static DisplayData data(Bundle bundle) {
        var data = new DisplayData();
        bundle.data().forEach(data::putData);
        bundle.metadata().forEach(data::putMetaData);
        return data;
    }

    /** The cells of such a kernel. */
    private record Cells(BaseKernel kernel) implements Screen {
        @Override
        public void display(Bundle bundle, String id) {
            kernel.display(identified(bundle, id));
        }

        @Override
        public void update(Bundle bundle, String id) {
            kernel.getIO().display.updateDisplay(identified(bundle, id));
        }

        private static DisplayData identified(Bundle bundle, String id) {
            DisplayData data = data(bundle);
            if (id != null) {
                data.putTransientData("display_id", id);
            }
            return data;
        }
    }
}
