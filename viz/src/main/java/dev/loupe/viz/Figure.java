package dev.loupe.viz;

import java.util.List;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/**
 * A chart of measurements: a PNG for a notebook, characters for a terminal, and the table behind both.
 *
 * <p>Invariant: the picture is transparent and drawn at twice its shown size, so that it is crisp and fits light and
 * dark pages. Nothing of the drawing library shows through.
 */
public final class Figure {
    private static final int WIDTH = 760;
    private static final int PLOT_HEIGHT = 360;
    private static final int HEADING_HEIGHT = 60;
    private static final int STACKED_HEIGHT = 220;
    private static final int KEYS_A_ROW = 3;
    private static final int KEY_ROW_HEIGHT = 18;
    private static final int MOST_BESIDE = 4;
    private static final int MOST_LETTERS_BESIDE = 42;

    private final String title;
    private final String subtitle;
    private final List<Key> legend;
    private final List<Panel> panels;
    private final Table table;

    Figure(String title, String subtitle, List<Key> legend, List<Panel> panels, Table table) {
        this.title = Words.clean(title);
        this.subtitle = Words.clean(subtitle);
        this.legend = List.copyOf(legend);
        this.panels = List.copyOf(panels);
        this.table = table;
    }

    /** What is seen. */
    public String title() {
        return title;
    }

    /** Where it was measured: model, dtype, device, threads, as far as all of the figure has them in common. */
    public String subtitle() {
        return subtitle;
    }

    /** Shown width in CSS pixels; the picture has twice as many. */
    public int width() {
        return WIDTH;
    }

    /** Shown height in CSS pixels; the picture has twice as many. */
    public int height() {
        int plots = isStacked() ? HEADING_HEIGHT + STACKED_HEIGHT * panels.size() : PLOT_HEIGHT;
        return plots + KEY_ROW_HEIGHT * ((legend.size() + KEYS_A_ROW - 1) / KEYS_A_ROW);
    }

    /**
     * The figure as PNG with transparency.
     *
     * @throws dev.loupe.engine.LoupeException if Java can not draw here, for want of fonts or libraries
     */
    public byte[] png() {
        return new Picture(this).png();
    }

    /**
     * The figure as a fragment of HTML: a PNG of the marks, and over it the words in the page's own font and colour, so
     * that they are as legible as the page's text in every theme. Without script; an untrusted notebook shows it.
     *
     * @throws dev.loupe.engine.LoupeException as {@link #png()}
     */
    public String html() {
        return new Picture(this).html();
    }

    /**
     * The figure drawn with characters (blocks, braille), without colour, its lines ended by {@code \n}.
     *
     * @param columns most characters in a line, at least 30
     * @throws dev.loupe.engine.LoupeException if there are fewer
     */
    public String terminal(int columns) {
        return new Characters(columns).draw(this);
    }

    /** The numbers behind the figure. */
    public Table table() {
        return table;
    }

    /** Whether panels stand one below the other: side by side, the names of so many bars would not fit. */
    boolean isStacked() {
        return panels.size() > 1
                && panels.stream().allMatch(p -> p instanceof Panel.Bars bars && !fitBeside(bars.categories()));
    }

    private static boolean fitBeside(List<String> names) {
        int longest = names.stream()
                .flatMap(name -> Stream.of(name.split(" ")))
                .mapToInt(String::length)
                .max()
                .orElse(0);
        return names.size() <= MOST_BESIDE && names.size() * longest <= MOST_LETTERS_BESIDE;
    }

    List<Key> legend() {
        return legend;
    }

    List<Panel> panels() {
        return panels;
    }

    /** Title and subtitle. */
    @Override
    public String toString() {
        return title + " (" + subtitle + ")";
    }
}
