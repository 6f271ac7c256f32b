package dev.loupe.kernel.terminal;

import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.View;
import java.io.PrintStream;

/**
 * The last line of a view that changes, drawn over in a terminal; the whole view once it is finished.
 *
 * <p>Invariant: a pipe gets finished views only; a line left unfinished is wiped.
 */
public final class StatusLine implements Output.Live {
    private static final int COLUMNS = 80;
    private static final String WIPE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private boolean drawn;

    /** @param terminal whether a person watches {@code out} */
    public StatusLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void update(View view) {
        if (terminal) {
            String last = view.plain().lines().reduce("", (_, line) -> line);
            out.print(WIPE + last.substring(0, Math.min(last.length(), COLUMNS - 1)));
            out.flush();
            drawn = true;
        }
    }

    @Override
    public void finish(View view) {
        close();
        out.println(view.plain());
    }

    @Override
    public void close() {
        if (drawn) {
            out.print(WIPE);
            out.flush();
            drawn = false;
        }
    }
}
