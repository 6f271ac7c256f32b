package dev.loupe.viz;

import dev.loupe.engine.LoupeException;
import dev.loupe.viz.Word.Align;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A figure laid out: title, subtitle and legend above, then its panels side by side, or one below the other where bars
 * are many; as an image, or as an image of the marks with the words over it, which the page then sets in its own font
 * and colour.
 *
 * <p>Lengths are CSS pixels; the image has {@value #DENSITY} device pixels for each. Only logical fonts are used.
 * Invariant: words are wrapped or cut to the space they have, so nothing leaves the image.
 */
final class Picture {
    private static final int DENSITY = 2;
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, Word.Size.TITLE.pixels());
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, Word.Size.TEXT.pixels());
    private static final int LINE_HEIGHT = 17;
    private static final int SWATCH = 16;
    private static final int GAP = 18;
    private static final int MARGIN = 4;

    private final Figure figure;
    private final Graphics2D g;
    private final BufferedImage image;
    private final List<Word> words = new ArrayList<>();

    Picture(Figure figure) {
        this.figure = figure;
        image = new BufferedImage(DENSITY * figure.width(), DENSITY * figure.height(), BufferedImage.TYPE_INT_ARGB);
        g = graphics(image);
        double y = legend(heading());
        double left = MARGIN;
        double rows = figure.isStacked() ? figure.panels().size() : 1;
        double height = (figure.height() - y - MARGIN - (rows - 1) * GAP) / rows;
        for (Panel panel : figure.panels()) {
            double width = figure.isStacked() ? figure.width() - 2 * MARGIN : panelWidth(panel, left);
            panel(panel, new Rectangle2D.Double(left, y, width, height));
            if (figure.isStacked()) {
                y += height + GAP;
            } else {
                left += width + GAP;
            }
        }
    }

    /** All words, in the order placed. */
    List<Word> words() {
        return List.copyOf(words);
    }

    /** The image with its words, in a grey for both themes. */
    byte[] png() {
        g.setColor(Palette.TEXT);
        for (Word word : words) {
            g.setFont(word.size() == Word.Size.TITLE ? TITLE : TEXT);
            g.drawString(word.text(), (float) word.left(measure(word.text())), (float) word.y());
        }
        return encoded();
    }

    /** The image without words, and the words over it: a fragment that needs no script and no style sheet. */
    String html() {
        var html = new StringBuilder(
                        "<div style=\"position:relative;max-width:%dpx;container-type:inline-size;page-break-inside:avoid\">"
                                .formatted(figure.width()))
                .append("<img style=\"display:block;width:100%%;height:auto\" width=\"%d\" height=\"%d\" alt=\"\" "
                        .formatted(figure.width(), figure.height()))
                .append("src=\"data:image/png;base64,%s\">"
                        .formatted(Base64.getEncoder().encodeToString(encoded())));
        words.forEach(word -> html.append(word.html(figure.width(), figure.height())));
        return html.append("</div>").toString();
    }

    private byte[] encoded() {
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
        g.setFont(TITLE);
        String title = Words.cut(figure.title(), width, this::measure);
        words.add(new Word(title, MARGIN, 18, Align.LEFT, Word.Size.TITLE));
        g.setFont(TEXT);
        double y = 22;
        for (String line : Words.wrap(figure.subtitle(), width, 2, this::measure)) {
            y += LINE_HEIGHT;
            word(line, MARGIN, y, Align.LEFT);
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
            word(label, x + SWATCH + 6, y + 12.5, Align.LEFT);
            x += width + GAP;
        }
        return y + (figure.legend().isEmpty() ? 4 : LINE_HEIGHT + 8);
    }

    private static float[] dashes(Key key) {
        return key.dashed() ? new float[] {5, 3} : null;
    }

    /** Bars before a panel of another kind take what they and their label need; the others share what is left. */
    private double panelWidth(Panel panel, double left) {
        double rest = figure.width() - MARGIN - left;
        int more = figure.panels().size() - figure.panels().indexOf(panel) - 1;
        boolean before = more > 0 && !(figure.panels().getLast() instanceof Panel.Bars);
        return panel instanceof Panel.Bars bars && before
                ? Math.min(
                        rest * 0.45,
                        Math.max(
                                measure(bars.label()),
                                110 + 30 * bars.categories().size()))
                : (rest - more * GAP) / (more + 1);
    }

    private void panel(Panel panel, Rectangle2D.Double area) {
        word(Words.cut(panel.label(), area.width, this::measure), area.x, area.y + 12, Align.LEFT);
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
            word(scale.tick(tick), plot.x - 6, y + 4, Align.RIGHT);
        }
        for (int r = 0; r < rows.size(); r++) {
            double y = plot.y + plot.height * (r + 0.5) / rows.size();
            word(rows.get(r), plot.x - 6, y + 4, Align.RIGHT);
        }
        var marks = (Graphics2D) g.create();
        marks.translate(plot.x, plot.y);
        PanelChart.paint(panel, marks, (int) plot.width, (int) plot.height);
        marks.dispose();
        words.addAll(labels.place(plot, LINE_HEIGHT));
    }

    private void word(String text, double x, double y, Align align) {
        words.add(new Word(text, x, y, align, Word.Size.TEXT));
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
