package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import java.awt.AWTError;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A figure in pixels: title, subtitle and legend above, then its panels side by side.
 *
 * <p>Lengths are CSS pixels; the image has {@value #DENSITY} device pixels for each. Only logical fonts are used.
 * Invariant: words are wrapped or cut to the space they have, so nothing leaves the image.
 */
final class Picture {
    private static final int DENSITY = 2;
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final int LINE_HEIGHT = 17;
    private static final int SWATCH = 16;
    private static final int GAP = 18;
    private static final int MARGIN = 4;

    private final Figure figure;
    private final Graphics2D g;
    private final BufferedImage image;

    Picture(Figure figure) {
        this.figure = figure;
        image = new BufferedImage(DENSITY * figure.width(), DENSITY * figure.height(), BufferedImage.TYPE_INT_ARGB);
        g = graphics(image);
    }

    byte[] png() {
        double y = legend(heading());
        double left = MARGIN;
        for (Panel panel : figure.panels()) {
            double width = panelWidth(panel, left);
            panel(panel, new Rectangle2D.Double(left, y, width, figure.height() - y - MARGIN));
            left += width + GAP;
        }
        var bytes = new ByteArrayOutputStream();
        try (var stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Draws title and subtitle; returns the y below them. */
    private double heading() {
        double width = figure.width() - 2 * MARGIN;
        g.setColor(Palette.TEXT);
        g.setFont(TITLE);
        g.drawString(Words.cut(figure.title(), width, this::measure), MARGIN, 18);
        g.setFont(TEXT);
        double y = 22;
        for (String line : Words.wrap(figure.subtitle(), width, 2, this::measure)) {
            y += LINE_HEIGHT;
            g.drawString(line, MARGIN, (float) y);
        }
        return y + 8;
    }

    /** Draws the keys in rows; returns the y below them. */
    private double legend(double top) {
        double x = MARGIN;
        double y = top;
        double widest = figure.width() - 2.0 * MARGIN - SWATCH - 6;
        for (Key key : figure.legend()) {
            String label = Words.cut(key.label(), widest, this::measure);
            double width = SWATCH + 6 + measure(label);
            if (x > MARGIN && x + width > figure.width() - MARGIN) {
                x = MARGIN;
                y += LINE_HEIGHT + 2;
            }
            g.setColor(key.color());
            g.setStroke(new BasicStroke(
                    key.dashed() ? 3 : 8, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, dashes(key), 0));
            g.draw(new Line2D.Double(x, y + 8, x + SWATCH, y + 8));
            g.setColor(Palette.TEXT);
            g.drawString(label, (float) (x + SWATCH + 6), (float) (y + 12.5));
            x += width + GAP;
        }
        return y + (figure.legend().isEmpty() ? 4 : LINE_HEIGHT + 8);
    }

    private static float[] dashes(Key key) {
        return key.dashed() ? new float[] {5, 3} : null;
    }

    /** Bars before a panel of another kind take what their number needs; the others share what is left. */
    private double panelWidth(Panel panel, double left) {
        double rest = figure.width() - MARGIN - left;
        int more = figure.panels().size() - figure.panels().indexOf(panel) - 1;
        boolean before = more > 0 && !(figure.panels().getLast() instanceof Panel.Bars);
        return panel instanceof Panel.Bars bars && before
                ? Math.min(rest * 0.45, 110 + 30 * bars.categories().size())
                : (rest - more * GAP) / (more + 1);
    }

    private void panel(Panel panel, Rectangle2D.Double area) {
        g.setFont(TEXT);
        g.setColor(Palette.TEXT);
        g.drawString(Words.cut(panel.label(), area.width, this::measure), (float) area.x, (float) area.y + 12);
        Scale scale = panel.scale();
        List<Double> ticks = panel instanceof Panel.Cells ? List.of() : scale.ticks(8);
        List<String> rows = panel instanceof Panel.Cells cells ? cells.rows() : List.of();
        double left = 6
                + Stream.concat(ticks.stream().map(scale::tick), rows.stream())
                        .mapToDouble(this::measure)
                        .max()
                        .orElse(0);
        var plot = new Rectangle2D.Double(Math.ceil(area.x + left), area.y + 24, Math.floor(area.width - left), 0);
        var labels = new AxisLabels(panel, plot.width, this::measure);
        plot.height = Math.floor(area.y + area.height - plot.y - labels.lines() * LINE_HEIGHT - 4);
        for (double tick : ticks) {
            double y = plot.y + plot.height * (1 - scale.place(tick));
            g.setColor(Palette.GRID);
            g.fill(new Rectangle2D.Double(plot.x, y - 0.5, plot.width, 1));
            g.setColor(Palette.TEXT);
            String text = scale.tick(tick);
            g.drawString(text, (float) (plot.x - 6 - measure(text)), (float) (y + 4));
        }
        for (int r = 0; r < rows.size(); r++) {
            double y = plot.y + plot.height * (r + 0.5) / rows.size();
            g.drawString(rows.get(r), (float) (plot.x - 6 - measure(rows.get(r))), (float) (y + 4));
        }
        var marks = (Graphics2D) g.create();
        marks.translate(plot.x, plot.y);
        PanelChart.paint(panel, marks, (int) plot.width, (int) plot.height);
        marks.dispose();
        labels.draw(g, plot, LINE_HEIGHT);
    }

    private double measure(String text) {
        return g.getFontMetrics().getStringBounds(text, g).getWidth();
    }

    private static Graphics2D graphics(BufferedImage image) {
        try {
            Graphics2D g = image.createGraphics();
            g.scale(DENSITY, DENSITY);
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.setFont(TITLE);
            g.getFontMetrics().stringWidth("probe");
            return g;
        } catch (RuntimeException | LinkageError | AWTError | InternalError e) {
            throw new LoupeException(
                    ("Java cannot draw pictures here (%s): start it with -Djava.awt.headless=true, install fonts (Debian"
                                    + " and Ubuntu: apt-get install fontconfig fonts-dejavu-core), or show the chart as"
                                    + " characters.")
                            .formatted(e.getMessage()),
                    e);
        }
    }
}
