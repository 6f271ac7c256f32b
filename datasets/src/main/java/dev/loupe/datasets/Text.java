package dev.loupe.datasets;

/**
 * A text to measure a model on.
 *
 * @param name short name for tables and plots
 * @param content the text, lines ended by {@code \n}
 * @param source where it is from
 * @param licence SPDX identifier, or "unknown"
 */
public record Text(String name, String content, String source, String licence) {
    /** Name, length and source; not the content. */
    @Override
    public String toString() {
        return "%s: %,d characters, %s, licence %s".formatted(name, content.length(), source, licence);
    }
}
