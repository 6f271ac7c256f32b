package dev.loupe.viz;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The names of a scatter's points, each where it covers no other: to the right of its point, else left, above or below.
 *
 * <p>Invariant: every name is drawn within the plot; where all four places are taken, to the right.
 */
final class SpotNames {
    private static final double HEIGHT = 13;
    private static final double GAP = 8;

    private final Panel.Scatter panel;
    private final Rectangle2D.Double plot;
    private final ToDoubleFunction<String> measure;
    private final List<Rectangle2D> taken = new ArrayList<>();

    SpotNames(Panel.Scatter panel, Rectangle2D.Double plot, ToDoubleFunction<String> measure) {
        this.panel = panel;
        this.plot = plot;
        this.measure = measure;
    }

    List<Word> place() {
        var words = new ArrayList<Word>();
        Scale xs = panel.xScale();
        Scale ys = panel.scale();
        List<Panel.Scatter.Spot> spots = panel.spots().toList();
        for (var spot : spots) {
            double x = plot.x + plot.width * xs.place(spot.x());
            double y = plot.y + plot.height * (1 - ys.place(spot.y()));
            taken.add(new Rectangle2D.Double(x - 4, y - 4, 8, 8));
        }
        for (var spot : spots) {
            if (spot.name().isEmpty()) {
                continue;
            }
            double x = plot.x + plot.width * xs.place(spot.x());
            double y = plot.y + plot.height * (1 - ys.place(spot.y()));
            Rectangle2D place = free(x, y, measure.applyAsDouble(spot.name()));
            taken.add(place);
            words.add(new Word(spot.name(), place.getX(), place.getY() + HEIGHT - 3, Word.Align.LEFT, Word.Size.TEXT));
        }
        return words;
    }

    private Rectangle2D free(double x, double y, double width) {
        List<Rectangle2D> places = List.of(
                inside(x + GAP, y - HEIGHT / 2, width),
                inside(x - GAP - width, y - HEIGHT / 2, width),
                inside(x + 3, y - GAP - HEIGHT, width),
                inside(x + 3, y + GAP, width),
                inside(x - width - 3, y - GAP - HEIGHT, width),
                inside(x - width - 3, y + GAP, width));
        return places.stream()
                .filter(place -> taken.stream().noneMatch(place::intersects))
                .findFirst()
                .orElse(places.getFirst());
    }

    private Rectangle2D inside(double left, double top, double width) {
        double x = Math.clamp(left, plot.x, Math.max(plot.x, plot.x + plot.width - width));
        double y = Math.clamp(top, plot.y, plot.y + plot.height - HEIGHT);
        return new Rectangle2D.Double(x, y, width, HEIGHT);
    }
}
