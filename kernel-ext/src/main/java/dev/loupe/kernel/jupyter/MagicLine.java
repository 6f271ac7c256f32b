package dev.loupe.kernel.jupyter;

import dev.loupe.Arguments;
import dev.loupe.Option;
import dev.loupe.engine.LoupeException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Puts the words that the stock kernel cut a magic's line into together again, for our own parser to cut.
 *
 * <p>The kernel takes double quotes away and drops backslashes; it knows no single quotes. Invariant: a word with
 * spaces or quotes in it stays one word.
 */
public final class MagicLine {
    private MagicLine() {}

    /** The line of these words. */
    public static String of(List<String> words, Collection<Option> options) {
        return words.stream().map(word -> quote(word, options)).collect(Collectors.joining(" "));
    }

    private static String quote(String word, Collection<Option> options) {
        if (word.chars().filter(c -> c == '"').count() % 2 == 1) {
            throw new LoupeException(
                    "This kernel drops backslashes in magics and misread %s; call the method of the same name in Java instead."
                            .formatted(word));
        }
        if (word.chars().noneMatch(c -> c == '"' || Character.isWhitespace(c))) {
            return word;
        }
        int equals = word.indexOf('=');
        boolean named = equals > 0 && options.stream().anyMatch(o -> o.name().equals(word.substring(0, equals)));
        return named
                ? word.substring(0, equals + 1) + Arguments.quote(word.substring(equals + 1))
                : Arguments.quote(word);
    }
}
