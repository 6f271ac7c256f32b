package dev.loupe.kernel.view;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How something looks: as plain text for terminals and as HTML for notebooks.
 *
 * <p>The HTML has inline styles only and no colour that needs a light or a dark page, so that it survives an untrusted
 * notebook and reads well in both themes. Invariant: text of models and users is escaped in it.
 *
 * @param plain without a line break at its end
 * @param html a fragment
 */
public record View(String plain, String html) {
    private static final String TEXT = "<div style=\"white-space:pre-wrap;overflow-wrap:anywhere\">%s</div>";
    private static final String NOTE = "<div style=\"opacity:0.65;font-size:90%%\">%s</div>";

    /** Text as it is: its spaces and line breaks are kept, long lines wrap. */
    public static View text(String text) {
        return text(text, escape(text));
    }

    /** As {@link #text(String)}, with its HTML. */
    static View text(String text, String html) {
        return new View(text, TEXT.formatted(html));
    }

    /** A line that matters less than what it stands under. */
    public static View note(String line) {
        return new View(line, NOTE.formatted(escape(line)));
    }

    /** Long text that a notebook shows when its title is clicked; a terminal does not show it. */
    public static View folded(String title, String text) {
        return new View(
                "",
                "<details style=\"opacity:0.65;font-size:90%%\"><summary>%s</summary><pre>%s</pre></details>"
                        .formatted(escape(title), escape(text)));
    }

    /** Views one under the other; those without text take no line. */
    public static View column(View... views) {
        return new View(
                Arrays.stream(views)
                        .map(View::plain)
                        .filter(plain -> !plain.isEmpty())
                        .collect(Collectors.joining("\n")),
                Arrays.stream(views).map(View::html).collect(Collectors.joining()));
    }

    /** Text with the characters that mean something in HTML written out. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    @Override
    public String toString() {
        return plain;
    }
}
