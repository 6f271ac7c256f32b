package dev.loupe.kernel.cli;

import dev.loupe.engine.trace.Progress;
import java.io.PrintStream;

/** One line that is drawn over at most ten times a second, and wiped when the work ends. */
final class ProgressBar implements Progress {
    private static final int WIDTH = 24;
    private static final long BETWEEN_NANOS = 100_000_000;
    private static final String WIPE = "\r\u001b[K";

    private final PrintStream out;
    private String task = "";
    private long started;
    private long drawn;

    ProgressBar(PrintStream out) {
        this.out = out;
    }

    @Override
    public void update(String task, long done, long total) {
        long now = System.nanoTime();
        if (!task.equals(this.task)) {
            this.task = task;
            started = now;
            drawn = now - BETWEEN_NANOS;
        }
        if (done >= total) {
            this.task = "";
            out.print(WIPE);
        } else if (now - drawn >= BETWEEN_NANOS) {
            drawn = now;
            int full = (int) (WIDTH * done / total);
            out.print("%s[%s%s] %s%s"
                    .formatted(
                            WIPE, "=".repeat(full), " ".repeat(WIDTH - full), task, left(now - started, done, total)));
        }
        out.flush();
    }

    /** The time left, if half a second or more of work tells anything about it. */
    private static String left(long nanos, long done, long total) {
        if (done == 0 || nanos < 500_000_000) {
            return "";
        }
        return ", %d s left".formatted(Math.round(nanos / 1e9 / done * (total - done)));
    }
}
