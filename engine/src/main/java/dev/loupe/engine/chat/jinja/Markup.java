package dev.loupe.engine.chat.jinja;

/**
 * A text that counts as HTML, as the filters {@code safe} and {@code escape} make it.
 *
 * <p>Invariant: it is used like a string, but {@code +} escapes the text that is added to it.
 */
record Markup(String text) {
    static Markup escaped(Object value) {
        return value instanceof Markup markup ? markup : new Markup(escape(Values.text(value)));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    /** The value, as a string if it is markup. */
    static Object plain(Object value) {
        return value instanceof Markup markup ? markup.text : value;
    }
}
