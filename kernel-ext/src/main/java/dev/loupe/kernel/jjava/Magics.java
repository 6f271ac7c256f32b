package dev.loupe.kernel.jjava;

import dev.loupe.Alternatives;
import dev.loupe.AttentionMap;
import dev.loupe.GenerateOptions;
import dev.loupe.KernelRun;
import dev.loupe.Lens;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.Status;
import dev.loupe.Tokens;
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
        render(View.class, Displays::of);
        render(Run.class, run -> Displays.of(Views.of(run)));
        render(Llm.class, llm -> Displays.of(Views.of(llm)));
        render(Status.class, status -> Displays.of(Views.of(status)));
        render(GenerateOptions.class, options -> Displays.of(View.text(options.toString())));
        render(Perplexity.class, perplexity -> Displays.of(Views.of(perplexity)));
        render(Perplexities.class, perplexities -> Displays.of(Views.of(perplexities.rows())));
        render(Tokens.class, tokens -> Displays.of(TokensView.of(tokens)));
        render(Lens.class, lens -> Displays.of(InsightViews.of(lens)));
        render(AttentionMap.class, map -> Displays.of(InsightViews.of(map)));
        render(Alternatives.class, alternatives -> Displays.of(InsightViews.of(alternatives)));
        render(KernelRun.class, run -> Displays.of(View.text(run.toString())));
        render(Verdict.class, verdict -> Displays.of(verdict.view()));
        render(Figure.class, Displays::of);
        render(Table.class, table -> Displays.of(Views.of(table)));
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
