package dev.loupe.viz;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The words around a panel's marks: categories or numbers below, values at bars and points.
 *
 * <p>Invariant: {@link #lines()} is known before the plot's height is, so that the words below it always have room.
 */
final class AxisLabels {
    private static final int MOST_LINES = 3;

    /** From a point's middle to the words beside it. */
    private static final int MARKER = 8;

    /** Words centred at {@code x}, one baseline below the other from {@code y}; both from 0 to 1 in the plot. */
    private record Label(double x, List<String> lines) {}

    /** Slots narrower than this have no room for a number each. */
    private static final double NARROW = 26;

    /** What a number of several digits takes. */
    private static final int WIDE = 48;

    private final Panel panel;
    private final ToDoubleFunction<String> measure;
    private final List<Label> below = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private String axis = "";

    AxisLabels(Panel panel, double width, ToDoubleFunction<String> measure) {
        this.panel = panel;
        this.measure = measure;
        switch (panel) {
            case Panel.Bars bars -> {
                axis = bars.xLabel();
                categories(bars.categories(), width);
            }
            case Panel.Points points -> {
                categories(points.categories(), width);
                if (points.series().size() == 1) {
                    points.series()
                            .getFirst()
                            .dots()
                            .forEach(
                                    dot -> note(dot, width / points.categories().size()));
                }
            }
            case Panel.Cells cells -> categories(cells.columns(), width);
            case Panel.Scatter scatter -> {
                axis = scatter.xLabel();
                Scale x = scatter.xScale();
                x.ticks(8).forEach(t -> below.add(new Label(x.place(t), List.of(x.tick(t)))));
            }
            case Panel.Lines lines -> {
                axis = lines.xLabel();
                Scale x = lines.xScale();
                int most = Math.clamp((long) (width / WIDE), 2, 8);
                (lines.isEmpty() ? List.<Double>of() : x.ticks(most))
                        .forEach(t -> below.add(new Label(x.place(t), List.of(x.tick(t)))));
            }
        }
    }

    private void categories(List<String> names, double width) {
        double slot = width / names.size();
        for (int i = 0; i < names.size(); i++) {
            List<String> lines = slot < NARROW && names.get(i).length() <= 4
                    ? List.of(names.get(i)) // every so many of narrow bars has one
                    : Words.wrap(names.get(i), slot - 6, MOST_LINES, measure);
            below.add(new Label((i + 0.5) / names.size(), lines));
        }
    }

    private void note(Panel.Points.Dot dot, double slot) {
        Label label = below.get(dot.category());
        var lines = new ArrayList<>(label.lines());
        lines.addAll(Words.wrap(dot.note(), slot - 6, 2, measure));
        below.set(dot.category(), new Label(label.x(), lines));
    }

    /** Lines of words below the plot. */
    int lines() {
        return below.stream().mapToInt(l -> l.lines().size()).max().orElse(0) + (axis.isEmpty() ? 0 : 1);
    }

    /** All of them, around and in a plot. */
    List<Word> place(Rectangle2D.Double plot, int lineHeight) {
        double bottom = plot.y + plot.height + 2;
        for (Label label : below) {
            double y = bottom;
            for (String line : label.lines()) {
                y += lineHeight - 2;
                centred(line, plot.x + label.x() * plot.width, y, plot);
            }
        }
        centred(axis, plot.x + plot.width / 2, bottom + lines() * lineHeight - 2, plot);
        switch (panel) {
            case Panel.Bars bars -> totals(bars, plot);
            case Panel.Points points -> values(points, plot);
            case Panel.Cells cells -> texts(cells, plot);
            case Panel.Scatter scatter -> words.addAll(new SpotNames(scatter, plot, measure).place());
            case Panel.Lines lines -> {
                if (lines.isEmpty()) {
                    centred("no run has a second token", plot.x + plot.width / 2, plot.y + plot.height / 2, plot);
                }
            }
        }
        return words;
    }

    private void totals(Panel.Bars bars, Rectangle2D.Double plot) {
        if (plot.width / bars.categories().size() < NARROW) {
            return;
        }
        for (int i = 0; i < bars.categories().size(); i++) {
            double total = bars.total(i);
            double y = Double.isFinite(total) ? bars.scale().place(bars.top(i)) : 0;
            centred(
                    Scale.format(total, 3),
                    x(plot, i + 0.5, bars.categories()),
                    plot.y + (1 - y) * plot.height - 4,
                    plot);
        }
    }

    private void values(Panel.Points points, Rectangle2D.Double plot) {
        Scale scale = points.scale();
        double room = points.room() * plot.width / points.categories().size() - MARKER;
        boolean fit = points.series().stream()
                .flatMap(series -> series.dots().stream())
                .allMatch(dot -> measure.applyAsDouble(Scale.format(dot.value(), 4)) <= room);
        for (int s = 0; s < points.series().size(); s++) {
            for (var dot : points.series().get(s).dots()) {
                double x = x(plot, points.place(s, dot), points.categories()) + MARKER;
                String value = Scale.format(dot.value(), 4);
                double width = measure.applyAsDouble(value);
                if (!Scale.shows(dot.value())) {
                    double y = Double.isNaN(dot.value()) ? plot.y + plot.height - 12 : plot.y + 12;
                    centred(value, x + width / 2, y, plot);
                } else if (fit) {
                    double y = plot.y + (1 - scale.place(dot.value())) * plot.height + 4;
                    centred(value, x + width / 2, y, plot);
                }
            }
        }
    }

    private void texts(Panel.Cells cells, Rectangle2D.Double plot) {
        double height = plot.height / cells.rows().size();
        for (int r = 0; r < cells.rows().size(); r++) {
            for (int c = 0; c < cells.columns().size(); c++) {
                String text = Words.cut(
                        cells.texts()[r][c], plot.width / cells.columns().size() - 4, measure);
                centred(text, x(plot, c + 0.5, cells.columns()), plot.y + (r + 0.5) * height + 4, plot);
            }
        }
    }

    private static double x(Rectangle2D.Double plot, double place, List<String> categories) {
        return plot.x + plot.width * place / categories.size();
    }

    /** Adds text, if there is any, centred at x, moved so that it stays within the plot's sides. */
    private void centred(String text, double x, double y, Rectangle2D.Double plot) {
        if (text.isEmpty()) {
            return;
        }
        double half = measure.applyAsDouble(text) / 2;
        double middle = Math.max(plot.x - 4 + half, Math.min(x, plot.x + plot.width - half));
        words.add(new Word(text, middle, y, Word.Align.CENTRE, Word.Size.TEXT));
    }
}
