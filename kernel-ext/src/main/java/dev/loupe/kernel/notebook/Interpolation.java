package dev.loupe.kernel.notebook;

import dev.loupe.Arguments;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts values of the notebook's Java into a magic's line: {@code $name}, and {@code {expression}}.
 *
 * <p>What is no variable and no expression that compiles stays as it is, so that prompts may hold braces and prices.
 * Invariant: within quotes a value adds no word and ends no quote; outside it is one word.
 */
final class Interpolation {
    private static final Pattern PLACE =
            Pattern.compile("\\$(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)|\\{(?<expression>[^{}\\n]+)}");

    private Interpolation() {}

    /**
     * Fills a line.
     *
     * @param known whether an expression compiles here
     * @param value what an expression yields
     */
    static String fill(String line, Predicate<String> known, Function<String, Object> value) {
        var filled = new StringBuilder();
        Matcher place = PLACE.matcher(line);
        int from = 0;
        char quote = 0;
        while (place.find(from)) {
            quote = quote(line, from, place.start(), quote);
            filled.append(line, from, place.start());
            String expression = place.group("name") != null ? place.group("name") : place.group("expression");
            filled.append(
                    known.test(expression) ? quoted(String.valueOf(value.apply(expression)), quote) : place.group());
            from = place.end();
        }
        return filled.append(line.substring(from)).toString();
    }

    /** The quote that is open at {@code end}, if {@code open} was at {@code begin}; 0 for none. */
    private static char quote(String line, int begin, int end, char open) {
        char quote = open;
        for (int i = begin; i < end; i++) {
            char c = line.charAt(i);
            if (quote == '"' && c == '\\') {
                i++;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        return quote;
    }

    private static String quoted(String value, char quote) {
        return switch (quote) {
            case '"' -> value.replace("\\", "\\\\").replace("\"", "\\\"");
            case '\'' -> value.replace('\'', '\u2019');
            default -> Arguments.quote(value);
        };
    }
}
