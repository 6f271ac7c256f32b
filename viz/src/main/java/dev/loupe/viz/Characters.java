package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A figure for a terminal without a display: bars of blocks, points with error bars, lines in braille.
 *
 * <p>Invariant: no line is longer than the columns given, and nothing depends on colour: parts of a bar differ by their
 * shade, lines by a number at their right end.
 */
final class Characters {
    private static final int LEAST_COLUMNS = 30;

    /** From here on there is room for a note at the end of a row. */
    private static final int WIDE = 60;

    private static final int PLOT_ROWS = 10;
    private static final String SHADES = "█▒░▓";

    private final int columns;
    private final StringBuilder out = new StringBuilder();

    Characters(int columns) {
        if (columns < LEAST_COLUMNS) {
            throw new LoupeException("A chart of characters needs %d columns, but there are %d: widen the terminal."
                    .formatted(LEAST_COLUMNS, columns));
        }
        this.columns = columns;
    }

    String draw(Figure figure) {
        wrapped(figure.title());
        wrapped(figure.subtitle());
        for (Panel panel : figure.panels()) {
            line("");
            wrapped(panel.label());
            switch (panel) {
                case Panel.Bars bars -> bars(bars);
                case Panel.Points points -> points(points);
                case Panel.Scatter scatter -> points(ordered(scatter));
                case Panel.Cells cells -> cells(cells);
                case Panel.Lines lines -> lines(lines);
            }
        }
        return out.toString();
    }

    private void bars(Panel.Bars panel) {
        boolean stacked = panel.stacked();
        int label = labelWidth(panel.categories());
        List<String> totals = IntStream.range(0, panel.categories().size())
                .mapToObj(i -> Scale.format(panel.total(i), 3))
                .toList();
        int room = columns - label - 2 - longest(totals);
        for (int i = 0; i < panel.categories().size(); i++) {
            var bar = new StringBuilder();
            double sum = 0;
            for (int p = 0; p < panel.parts().size(); p++) {
                double value = panel.parts().get(p).values()[i];
                if (value > 0 && Double.isFinite(value)) {
                    sum += value;
                    int end = (int) Math.round(panel.scale().place(sum) * room);
                    bar.repeat(SHADES.charAt(stacked ? p % SHADES.length() : 0), Math.max(0, end - bar.length()));
                }
            }
            line(pad(panel.categories().get(i), label) + " " + bar + " " + totals.get(i));
        }
        if (stacked) {
            var key = new StringBuilder();
            for (int p = 0; p < panel.parts().size(); p++) {
                key.append(p == 0 ? "" : "  ")
                        .append(SHADES.charAt(p % SHADES.length()))
                        .append(' ')
                        .append(panel.parts().get(p).key().label());
            }
            wrapped(key.toString());
        }
    }

    private void points(Panel.Points panel) {
        int label = labelWidth(panel.categories());
        for (var series : panel.series()) {
            if (panel.series().size() > 1) {
                wrapped(series.key().label());
            }
            List<String> texts = series.dots().stream().map(this::text).toList();
            int room = columns - label - 2 - longest(texts);
            for (int i = 0; i < texts.size(); i++) {
                var dot = series.dots().get(i);
                line(pad(panel.categories().get(dot.category()), label) + " " + bar(panel.scale(), dot, room) + " "
                        + texts.get(i));
            }
        }
    }

    /** A scatter's points by rising x, which is said with their names. */
    private static Panel.Points ordered(Panel.Scatter scatter) {
        List<Panel.Scatter.Spot> spots = scatter.spots()
                .sorted(Comparator.comparingDouble(Panel.Scatter.Spot::x))
                .toList();
        var dots = IntStream.range(0, spots.size())
                .mapToObj(i -> new Panel.Points.Dot(
                        i,
                        spots.get(i).y(),
                        spots.get(i).error(),
                        Scale.format(spots.get(i).x(), 3)))
                .toList();
        List<String> names = spots.stream().map(Panel.Scatter.Spot::name).toList();
        var series = new Panel.Points.Series(scatter.series().getFirst().key(), dots);
        return new Panel.Points(scatter.label(), names, List.of(series));
    }

    private void cells(Panel.Cells panel) {
        int label = labelWidth(panel.rows());
        int width = Math.max(3, (columns - label) / Math.max(1, panel.columns().size()) - 1);
        line(pad("", label) + row(panel.columns(), width));
        for (int r = 0; r < panel.rows().size(); r++) {
            line(pad(panel.rows().get(r), label) + row(List.of(panel.texts()[r]), width));
        }
    }

    private static String row(List<String> cells, int width) {
        return cells.stream().map(cell -> " " + pad(cell, width)).collect(Collectors.joining());
    }

    private String text(Panel.Points.Dot dot) {
        String value = Scale.format(dot.value(), 4);
        String error = Double.isFinite(dot.error()) ? " ± " + Scale.format(dot.error(), 2) : "";
        return value + error + (dot.note().isEmpty() || columns < WIDE ? "" : "  " + dot.note());
    }

    private static String bar(Scale scale, Panel.Points.Dot dot, int room) {
        var row = new StringBuilder().repeat(' ', room);
        if (Scale.shows(dot.value())) {
            int from = cell(scale, dot.range()[0], room);
            int to = cell(scale, dot.range()[1], room);
            for (int i = from; i <= to; i++) {
                row.setCharAt(i, i == from ? '├' : i == to ? '┤' : '─');
            }
            row.setCharAt(cell(scale, dot.value(), room), '●');
        }
        return row.toString();
    }

    private static int cell(Scale scale, double value, int room) {
        return (int) Math.round(scale.place(value) * (room - 1));
    }

    private void lines(Panel.Lines panel) {
        if (panel.isEmpty()) {
            line("no run has a second token");
            return;
        }
        Scale y = panel.scale();
        Scale x = panel.xScale();
        List<String> ends = lineEnds(panel, y);
        int left = longest(List.of(y.tick(y.min()), y.tick(y.max())));
        int right = longest(ends);
        var canvas = new Braille(columns - left - right - 3, PLOT_ROWS);
        for (var line : panel.lines()) {
            for (int i = 0; i < line.x().length; i++) {
                int before = Math.max(0, i - 1);
                canvas.line(
                        x.place(line.x()[before]),
                        y.place(line.y()[before]),
                        x.place(line.x()[i]),
                        y.place(line.y()[i]));
            }
        }
        for (int row = 0; row < PLOT_ROWS; row++) {
            String tick = row == 0 ? y.tick(y.max()) : row == PLOT_ROWS - 1 ? y.tick(y.min()) : "";
            line(" ".repeat(left - tick.length()) + tick + " │" + canvas.row(row) + ends.get(row));
        }
        String from = x.tick(Math.ceil(x.min()));
        String to = x.tick(Math.floor(x.max()));
        int space = canvas.columns() - from.length() - to.length();
        String name = Words.cut(panel.xLabel(), Math.max(0, space - 2), String::length);
        int before = (space - name.length()) / 2;
        line(" ".repeat(left + 2) + from + " ".repeat(before) + name + " ".repeat(space - name.length() - before) + to);
        if (panel.lines().size() > 1) {
            panel.lines().forEach(line -> wrapped(line.key().label()));
        }
    }

    /** For each row the numbers of the lines that end there. */
    private static List<String> lineEnds(Panel.Lines panel, Scale y) {
        String[] ends = new String[PLOT_ROWS];
        Arrays.fill(ends, "");
        for (int i = 0; i < panel.lines().size() && panel.lines().size() > 1; i++) {
            var line = panel.lines().get(i);
            if (line.y().length > 0) {
                int row = PLOT_ROWS - 1 - (int) Math.round(y.place(line.y()[line.y().length - 1]) * (PLOT_ROWS - 1));
                ends[row] += (ends[row].isEmpty() ? " " : ",") + (i + 1);
            }
        }
        return List.of(ends);
    }

    private int labelWidth(List<String> labels) {
        return Math.min(columns / 3, longest(labels));
    }

    private static int longest(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String pad(String text, int width) {
        String cut = Words.cut(text, width, String::length);
        return cut + " ".repeat(width - cut.length());
    }

    private void wrapped(String text) {
        Words.wrap(text, columns, 4, String::length).forEach(this::line);
    }

    private void line(String text) {
        out.append(text.stripTrailing()).append('\n');
    }
}
