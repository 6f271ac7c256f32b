package dev.loupe.kernel.view;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A small plot of a figure that is still being measured: a bar a measurement, the last one's value beside it.
 *
 * <p>Made of blocks with inline styles, so that drawing one costs the work next to nothing, and of block characters in
 * a terminal. Invariant: it keeps the last {@value #MOST} measurements, on a scale from 0.
 */
public final class Strip {
    private static final int MOST = 80;
    private static final int HEIGHT = 36;
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";
    private static final String HTML = "<div style=\"display:flex;align-items:flex-end;height:%dpx\">%s"
            + "<span style=\"margin-left:0.6em;opacity:0.65;font-size:90%%\">%s</span></div>";
    private static final String BAR = "<div style=\"width:4px;margin-right:1px;height:%dpx;background:#%06X\"></div>";

    private final String unit;
    private final Color color;
    private final List<Double> values = new ArrayList<>();

    /**
     * @param unit of the values, behind the last one
     * @param color by role, of {@link dev.loupe.viz.Palette}
     */
    public Strip(String unit, Color color) {
        this.unit = unit;
        this.color = color;
    }

    /** Adds a measurement. */
    public void add(double value) {
        if (values.size() == MOST) {
            values.removeFirst();
        }
        values.add(value);
    }

    /** As it stands; nothing without a measurement. */
    public View view() {
        if (values.isEmpty()) {
            return View.column();
        }
        double last = values.getLast();
        String words = String.format(Locale.ROOT, last < 99.95 ? "%.1f %s" : "%.0f %s", last, unit);
        return new View(
                values.stream()
                                .map(value -> String.valueOf(BLOCKS.charAt(level(value, BLOCKS.length() - 1))))
                                .collect(Collectors.joining())
                        + " " + words,
                HTML.formatted(
                        HEIGHT,
                        values.stream()
                                .map(value ->
                                        BAR.formatted(Math.max(1, level(value, HEIGHT)), color.getRGB() & 0xFFFFFF))
                                .collect(Collectors.joining()),
                        View.escape(words)));
    }

    private int level(double value, int most) {
        double largest = values.stream().mapToDouble(v -> v).max().orElseThrow();
        return largest > 0 && value > 0 ? (int) Math.round(most * Math.min(1, value / largest)) : 0;
    }
}
