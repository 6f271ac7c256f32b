package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text whose reading by a regular expression is counted.
 *
 * <p>Invariant: a search ends after a number of steps linear in the text's length, with an error if the pattern of a
 * tokenizer file needs more (it backtracks without end) or recurses too deep.
 */
final class BoundedText implements CharSequence {
    private static final long STEPS_PER_CHARACTER = 2_000;
    private static final long FREE_STEPS = 1_000_000;

    private final String text;
    private final Pattern pattern;
    private long stepsLeft;

    private BoundedText(String text, Pattern pattern) {
        this.text = text;
        this.pattern = pattern;
        stepsLeft = FREE_STEPS + STEPS_PER_CHARACTER * text.length();
    }

    /** Takes the spans of a pattern's matches, in order. */
    interface Spans {
        void add(int start, int end);
    }

    /** Finds all matches that are not empty. */
    static void findAll(Pattern pattern, String text, Spans matches) {
        BoundedText bounded = new BoundedText(text, pattern);
        Matcher matcher = pattern.matcher(bounded);
        while (bounded.find(matcher)) {
            if (matcher.end() > matcher.start()) {
                matches.add(matcher.start(), matcher.end());
            }
        }
    }

    private boolean find(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError e) {
            throw tooMuch();
        }
    }

    @Override
    public char charAt(int index) {
        if (--stepsLeft < 0) {
            throw tooMuch();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }

    private LoupeException tooMuch() {
        return new LoupeException(
                "The tokenizer's pattern %s backtracks too long on this text; use a tokenizer file that you trust."
                        .formatted(pattern.pattern()));
    }
}
