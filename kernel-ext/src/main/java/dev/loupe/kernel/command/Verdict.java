package dev.loupe.kernel.command;

import dev.loupe.kernel.view.View;

/**
 * What became of an exercise.
 *
 * <p>Invariant: an open exercise is no error, so that a notebook runs from top to bottom before anybody has answered.
 *
 * @param number of the exercise
 * @param outcome how it stands
 * @param text one sentence: a hint, where the answer is wrong
 */
public record Verdict(int number, Outcome outcome, String text) {
    /**
     * How an exercise stands, the mark that says so, and the mark's colour ({@link dev.loupe.viz.Palette}'s, read by
     * the colour-blind).
     */
    public enum Outcome {
        RIGHT("✓", "#009E73"),
        WRONG("✗", "#BD4B00"),
        OPEN("○", "inherit");

        private final String mark;
        private final String colour;

        Outcome(String mark, String colour) {
            this.mark = mark;
            this.colour = colour;
        }
    }

    /** Mark, number and text, in one line. */
    @Override
    public String toString() {
        return "%s Exercise %d: %s".formatted(outcome.mark, number, text);
    }

    /** Itself as a line, its mark coloured. */
    public View view() {
        return new View(
                toString(),
                "<div><span style=\"color:%s;font-weight:bold\">%s</span> Exercise %d: %s</div>"
                        .formatted(outcome.colour, outcome.mark, number, View.escape(text)));
    }
}
