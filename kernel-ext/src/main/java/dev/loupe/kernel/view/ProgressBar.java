package dev.loupe.kernel.view;

import dev.loupe.engine.trace.Progress;
import dev.loupe.viz.Palette;
import java.util.function.LongSupplier;

/**
 * Draws how far long work is, what it has found, and how much time is left, in a view that changes in place.
 *
 * <p>Invariant: it draws at most ten times a second, and nothing for work that ends within a sixth of a second.
 */
public final class ProgressBar implements Progress {
    private static final long FIRST_NANOS = 150_000_000;
    private static final long BETWEEN_NANOS = 100_000_000;
    private static final long ESTIMATE_NANOS = 500_000_000;
    private static final double LEAST_PART = 0.02;
    private static final int WIDTH = 24;
    private static final String HTML = "<div style=\"display:flex;align-items:center\">"
            + "<div style=\"width:240px;height:8px;margin-right:0.8em;background:rgba(127,127,127,0.25)\">"
            + "<div style=\"width:%d%%;height:8px;background:#0072B2\"></div></div>%s</div>";

    private final Output.Live live;
    private final View above;
    private final LongSupplier clock;
    private String task = "";
    private Strip found;
    private long started;
    private long next;

    /** Draws into {@code live}. */
    public ProgressBar(Output.Live live) {
        this(live, View.column());
    }

    /** Draws into {@code live}, always under {@code above}. */
    public ProgressBar(Output.Live live, View above) {
        this(live, above, System::nanoTime);
    }

    ProgressBar(Output.Live live, View above, LongSupplier clock) {
        this.live = live;
        this.above = above;
        this.clock = clock;
    }

    @Override
    public void update(String task, long done, long total) {
        long now = clock.getAsLong();
        if (!task.equals(this.task)) {
            this.task = task;
            found = null;
            started = now;
            next = now + FIRST_NANOS;
        }
        if (now - next >= 0) {
            next = now + BETWEEN_NANOS;
            View values = found == null ? View.column() : found.view();
            live.update(View.column(above, values, bar(task, (double) done / Math.max(1, total), now - started)));
        }
    }

    @Override
    public void found(String name, double value) {
        if (found == null) {
            found = new Strip(name, Palette.PREFILL);
        }
        found.add(value);
    }

    private static View bar(String task, double share, long nanos) {
        double part = Math.clamp(share, 0, 1);
        int full = (int) (WIDTH * part);
        String words = "%s %d %%%s".formatted(task, (int) (100 * part), left(part, nanos));
        return new View(
                "[%s%s] %s".formatted("=".repeat(full), " ".repeat(WIDTH - full), words),
                HTML.formatted((int) (100 * part), View.escape(words)));
    }

    /** The time left, once there is enough of the work to judge by. */
    private static String left(double part, long nanos) {
        return part < LEAST_PART || part == 1 || nanos < ESTIMATE_NANOS
                ? ""
                : ", %s left".formatted(Units.seconds(nanos / 1e9 / part * (1 - part)));
    }
}
