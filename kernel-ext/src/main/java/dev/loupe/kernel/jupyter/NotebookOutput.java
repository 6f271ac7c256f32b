package dev.loupe.kernel.jupyter;

import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.StreamedText;
import dev.loupe.kernel.view.View;
import dev.loupe.viz.Figure;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Shows in the cells of a Jupyter notebook.
 *
 * <p>What changes in place is one output with a display id (jupyter-client.readthedocs.io, update_display_data), so
 * that a notebook's file keeps its last state only. Invariant: nothing of a command that was interrupted shows in a
 * later cell. A command may run others, as the judge of an exercise does.
 */
public final class NotebookOutput implements Output {
    private final Screen screen;
    private final ThreadLocal<Cell> running = new ThreadLocal<>();
    private volatile Cell latest;

    public NotebookOutput(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Object run(Supplier<Object> command) {
        Cell cell = latest;
        if (cell == null || !cell.isOpen()) {
            cell = Cell.enter();
            latest = cell;
        }
        Cell outer = running.get();
        running.set(cell);
        try {
            Object value = command.get();
            cell.showed(value);
            return value;
        } finally {
            running.set(outer);
        }
    }

    /** How a value looks; like nothing, if it has been seen in the cell that runs. */
    public <T> Bundle look(T value, Function<T, Bundle> look) {
        Cell cell = latest;
        return cell != null && cell.hasShown(value) ? Bundle.nothing() : look.apply(value);
    }

    @Override
    public void show(View view) {
        show(Bundle.of(view));
    }

    @Override
    public void show(Figure figure) {
        show(Bundle.of(figure));
    }

    private void show(Bundle bundle) {
        if (running.get().isOpen()) {
            screen.display(bundle, null);
        }
    }

    @Override
    public Text text() {
        return new StreamedText(live());
    }

    @Override
    public Live live() {
        return new Display(running.get());
    }

    @Override
    public String call(String command, String arguments) {
        String marks = arguments.contains("\n") ? "%%" : "%";
        return (marks + command + " " + arguments).strip();
    }

    /** One output that changes in place; unfinished, it stays as it stands, to tell how far the work came. */
    private final class Display implements Live {
        private final Cell cell;
        private final String id = UUID.randomUUID().toString();
        private boolean begun;

        private Display(Cell cell) {
            this.cell = cell;
        }

        @Override
        public void update(View view) {
            if (!cell.isOpen()) {
                return;
            }
            if (begun) {
                screen.update(Bundle.of(view), id);
            } else {
                screen.display(Bundle.of(view), id);
            }
            begun = true;
        }

        @Override
        public void finish(View view) {
            update(view);
        }

        @Override
        public void close() {}
    }
}
