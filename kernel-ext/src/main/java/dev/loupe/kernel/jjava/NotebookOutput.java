package dev.loupe.kernel.jjava;

import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.StreamedText;
import dev.loupe.kernel.view.View;
import dev.loupe.viz.Figure;
import java.util.UUID;
import java.util.function.Supplier;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Shows in the cells of a Jupyter notebook.
 *
 * <p>What changes in place is one output with a display id (jupyter-client.readthedocs.io, update_display_data), so
 * that a notebook's file keeps its last state only. Invariant: nothing of a command that was interrupted shows in a
 * later cell.
 */
final class NotebookOutput implements Output {
    private final BaseKernel kernel;
    private final ThreadLocal<Cell> running = new ThreadLocal<>();
    private volatile Cell latest;

    NotebookOutput(BaseKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public Object run(Supplier<Object> command) {
        Cell cell = latest;
        if (cell == null || !cell.isOpen()) {
            cell = Cell.enter();
            latest = cell;
        }
        running.set(cell);
        try {
            Object value = command.get();
            cell.showed(value);
            return value;
        } finally {
            running.remove();
        }
    }

    /** Whether a value has been seen in the cell that runs. */
    boolean hasShown(Object value) {
        Cell cell = latest;
        return cell != null && cell.hasShown(value);
    }

    @Override
    public void show(View view) {
        show(Displays.of(view));
    }

    @Override
    public void show(Figure figure) {
        show(Displays.of(figure));
    }

    private void show(DisplayData data) {
        if (running.get().isOpen()) {
            kernel.display(data);
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
            DisplayData data = Displays.of(view);
            data.putTransientData("display_id", id);
            if (begun) {
                kernel.getIO().display.updateDisplay(data);
            } else {
                kernel.display(data);
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
