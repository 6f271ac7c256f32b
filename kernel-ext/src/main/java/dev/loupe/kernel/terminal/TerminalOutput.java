package dev.loupe.kernel.terminal;

import dev.loupe.kernel.command.NotebookSession;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.View;
import dev.loupe.viz.Figure;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Shows in a terminal, or in a pipe.
 *
 * <p>Invariant: a pipe gets results only; lines that are drawn over, and dim text, are for terminals.
 */
public final class TerminalOutput implements Output {
    private static final int COLUMNS = 80;
    private static final String DIM = "\u001b[2m%s\u001b[0m";

    private final PrintStream out;
    private final boolean terminal;

    TerminalOutput(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Opens this process's session on standard output. */
    public static void open() {
        Console console = System.console();
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        NotebookSession.open(new TerminalOutput(out, console != null && console.isTerminal()));
    }

    @Override
    public void show(View view) {
        out.println(view.plain());
    }

    @Override
    public void show(Figure figure) {
        out.println(figure.terminal(COLUMNS));
    }

    @Override
    public Text text() {
        return new Written();
    }

    @Override
    public Live live() {
        return new StatusLine(out, terminal);
    }

    @Override
    public String call(String command, String arguments) {
        if (arguments.isEmpty()) {
            return command + "()";
        }
        int body = arguments.indexOf('\n');
        if (body >= 0) {
            return call(command, arguments.substring(body + 1), arguments.substring(0, body));
        }
        int end = arguments.startsWith("\"") ? arguments.indexOf('"', 1) : -1;
        return end < 0
                ? call(command, arguments, "")
                : call(
                        command,
                        arguments.substring(1, end),
                        arguments.substring(end + 1).strip());
    }

    private static String call(String command, String text, String options) {
        return options.isEmpty()
                ? "%s(%s)".formatted(command, literal(text))
                : "%s(%s, %s)".formatted(command, literal(text), literal(options));
    }

    private static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Text that is printed as it comes. */
    private final class Written implements Text {
        @Override
        public void append(String piece) {
            out.print(piece);
            out.flush();
        }

        @Override
        public void end(String note) {
            out.println();
            out.println(terminal ? DIM.formatted(note) : note);
        }
    }
}
