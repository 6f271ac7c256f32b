package dev.loupe;

import dev.loupe.engine.LoupeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a line into words at white space.
 *
 * <p>Double quotes keep spaces and know {@code \" \\ \n \t}; single quotes keep everything; outside quotes a backslash
 * is a character like any other ({@code C:\new}). A {@code ;} at the line's end is dropped, as Java habits put it
 * there.
 */
final class Words {
    /**
     * @param text without its quotes
     * @param bare how many characters of it stand before the first quote
     */
    record Word(String text, int bare) {}

    private final String line;
    private final List<Word> words = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int firstQuote = -1;

    private Words(String line) {
        this.line = line;
    }

    static List<Word> of(String line) {
        var words = new Words(line);
        words.split();
        return words.words;
    }

    private void split() {
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (Character.isWhitespace(c)) {
                finishWord();
                i++;
            } else if (c == '"' || c == '\'') {
                i = quoted(i);
            } else if (c == ';' && line.substring(i).replace(';', ' ').isBlank()) {
                break;
            } else {
                text.append(c);
                i++;
            }
        }
        finishWord();
    }

    /** Takes the quoted part that begins at {@code start}; returns where the line goes on. */
    private int quoted(int start) {
        char quote = line.charAt(start);
        if (firstQuote < 0) {
            firstQuote = text.length();
        }
        int i = start + 1;
        while (i < line.length()) {
            char c = line.charAt(i++);
            if (c == quote) {
                return i;
            }
            char escaped = quote == '"' && c == '\\' && i < line.length() ? escape(line.charAt(i)) : 0;
            if (escaped != 0) {
                i++;
            }
            text.append(escaped != 0 ? escaped : c);
        }
        throw new LoupeException(
                "The quote that opens at character %d of the arguments is never closed; add a %c at its end."
                        .formatted(start + 1, quote));
    }

    /** What a backslash and this character stand for; 0 if the backslash is just a backslash. */
    private static char escape(char c) {
        return switch (c) {
            case '"', '\\' -> c;
            case 'n' -> '\n';
            case 't' -> '\t';
            default -> 0;
        };
    }

    private void finishWord() {
        if (!text.isEmpty() || firstQuote >= 0) {
            words.add(new Word(text.toString(), firstQuote < 0 ? text.length() : firstQuote));
        }
        text.setLength(0);
        firstQuote = -1;
    }
}
