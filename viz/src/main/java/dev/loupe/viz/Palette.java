package dev.loupe.viz;

import java.awt.Color;

/**
 * Every colour of every figure, by role: the colour-blind-safe set of Okabe and Ito (<a
 * href="https://jfly.uni-koeln.de/color/">Color Universal Design</a>), its orange, vermilion and sky blue darkened.
 *
 * <p>Invariant: each mark has a contrast of 3 on white and on near-black (<a
 * href="https://www.w3.org/TR/WCAG22/#non-text-contrast">WCAG 1.4.11</a>), because a picture can not know its page's
 * theme.
 */
public final class Palette {
    public static final Color PREFILL = new Color(0x0072B2);
    public static final Color DECODE = new Color(0xC98000);
    public static final Color ACCEPTED = new Color(0x009E73);
    public static final Color REJECTED = new Color(0xBD4B00);
    public static final Color WEIGHTS = new Color(0x1E97EA);
    public static final Color CACHE = new Color(0xCC79A7);
    public static final Color SCRATCH = new Color(0x929292);

    /**
     * Titles, labels and axes: the lightest grey with a contrast of 4 on white, as thin words fade sooner on
     * near-black.
     */
    public static final Color TEXT = new Color(0x7F7F7F);

    /** Grid lines: the text's grey, mostly transparent. */
    public static final Color GRID = new Color(0x7F, 0x7F, 0x7F, 64);

    private static final Color[] SERIES = {PREFILL, DECODE, ACCEPTED, CACHE, REJECTED, WEIGHTS};

    private Palette() {}

    /** Colour of the {@code i}-th of things that have no role of their own, such as runs; comes round after six. */
    public static Color series(int i) {
        return SERIES[i % SERIES.length];
    }

    /** Whether the {@code i}-th series is dashed: it shares its colour with one before. */
    public static boolean dashed(int i) {
        return i / SERIES.length % 2 == 1;
    }

    /** A cell of a heat map, from as good as clear at 0 to vermilion at 1; words on it stay legible. */
    static Color shade(double share) {
        return new Color(REJECTED.getRed(), REJECTED.getGreen(), REJECTED.getBlue(), (int) (16 + 110 * share));
    }
}
