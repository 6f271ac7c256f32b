package dev.loupe.kernel.view;

import java.util.Locale;

/**
 * Numbers from 0 to 1 as shades: a tint in a notebook, a block character in a terminal.
 *
 * <p>A tint is Okabe and Ito's blue with an opacity, so that it reads on light and dark pages and whatever one's colour
 * vision. Invariant: more is darker on a light page, and stronger on a dark one.
 */
final class Shade {
    /** Words on a stronger shade would have a contrast under 4.5 on a light page. */
    static final double STRONGEST = 0.75;

    private static final String BLOCKS = " ░▒▓█";
    private static final String TABLE =
            "<table style=\"display:inline-table;margin:4px 0;border-collapse:collapse;border:1px solid rgba(127,127,127,0.35)\">";
    private static final String SQUARE = "<td style=\"padding:0;width:%dpx;height:%dpx;min-width:%dpx;%s\"></td>";

    private static final String BAR =
            "<div style=\"height:0.8em;width:%.1fem;background-color:rgba(0,114,178,%.2f)\"></div>";
    private static final int LONGEST_BAR = 20;

    private Shade() {}

    /** A style with the shade behind the text. */
    static String behind(double share) {
        return String.format(Locale.ROOT, "background-color:rgba(0,114,178,%.2f)", STRONGEST * clamp(share));
    }

    /** Shares as squares of {@code side} pixels, a row a row. */
    static String table(float[][] shares, int side) {
        var html = new StringBuilder(TABLE);
        for (float[] row : shares) {
            html.append("<tr style=\"background:none\">");
            for (float share : row) {
                html.append(SQUARE.formatted(side, side, side, behind(share)));
            }
            html.append("</tr>");
        }
        return html.append("</table>").toString();
    }

    /** A share as a bar. */
    static View bar(double share) {
        double length = LONGEST_BAR * clamp(share);
        return new View("█".repeat((int) Math.round(length)), String.format(Locale.ROOT, BAR, length, STRONGEST));
    }

    /** The shade as a character. */
    static char block(double share) {
        return BLOCKS.charAt((int) Math.round(clamp(share) * (BLOCKS.length() - 1)));
    }

    private static double clamp(double share) {
        return Double.isNaN(share) ? 0 : Math.clamp(share, 0, 1);
    }

    /** A share in percent. */
    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    /** A token's piece with what nobody would see written out. */
    static String piece(String piece) {
        return piece.isEmpty()
                ? "∅"
                : piece.replace("\n", "⏎").replace("\t", "⇥").replace(' ', '·');
    }
}
