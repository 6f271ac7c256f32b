package dev.loupe.viz;

import java.util.Locale;

/**
 * Words in a picture: where they stand, and to which side they grow where a font is wider than another.
 *
 * @param x of their left end, middle or right end, by {@code align}
 * @param y of their baseline
 */
record Word(String text, double x, double y, Align align, Size size) {
    enum Align {
        LEFT,
        CENTRE,
        RIGHT
    }

    /** Font size in CSS pixels and how much of the page's colour is taken: what matters less is paler. */
    enum Size {
        TITLE(16, 1),
        TEXT(13, 0.8);

        private final int pixels;
        private final double opacity;

        Size(int pixels, double opacity) {
            this.pixels = pixels;
            this.opacity = opacity;
        }

        int pixels() {
            return pixels;
        }

        double opacity() {
            return opacity;
        }
    }

    /** Left end, if the words are so wide. */
    double left(double width) {
        return switch (align) {
            case LEFT -> x;
            case CENTRE -> x - width / 2;
            case RIGHT -> x - width;
        };
    }

    /**
     * As an element over an image of the given size, in shares of it, so that both shrink together on a narrow page. An
     * untrusted notebook drops the size that shrinks and keeps the other.
     */
    String html(double width, double height) {
        String place = switch (align) {
            case LEFT -> at("left:%.2f%%", x / width);
            case CENTRE -> at("left:%.2f%%;width:100%%;text-align:center", x / width - 0.5);
            case RIGHT -> at("left:%.2f%%;width:100%%;text-align:right", x / width - 1);
        };
        String style =
                "position:absolute;%s;top:%s;font-size:%dpx;font-size:%s;line-height:1;white-space:pre;opacity:%s%s"
                        .formatted(
                                place,
                                at("%.2f%%", (y - 0.84 * size.pixels()) / height),
                                size.pixels(),
                                at("min(" + size.pixels() + "px,%.3fcqw)", size.pixels() / width),
                                size.opacity(),
                                size == Size.TITLE ? ";font-weight:bold" : "");
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        return "<span style=\"%s\">%s</span>".formatted(style, escaped);
    }

    private static String at(String format, double share) {
        return String.format(Locale.ROOT, format, 100 * share);
    }
}
