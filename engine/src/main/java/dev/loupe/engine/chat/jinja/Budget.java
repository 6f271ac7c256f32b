package dev.loupe.engine.chat.jinja;

/**
 * The work a rendering may do: a step for each node evaluated and for each character or element made.
 *
 * <p>Invariant: time and memory of a rendering are linear in its input, whatever the template says.
 */
final class Budget {
    private static final long FREE_STEPS = 20_000_000;
    private static final long STEPS_PER_INPUT = 30;

    private long stepsLeft;

    /** @param input characters and elements of what is rendered */
    Budget(long input) {
        stepsLeft = FREE_STEPS + STEPS_PER_INPUT * input;
    }

    void spend(long steps) {
        stepsLeft -= steps;
        if (stepsLeft < 0) {
            throw new JinjaException("it does not come to an end");
        }
    }

    /** Pays for a text before or after it is made. */
    String text(String text) {
        spend(text.length());
        return text;
    }
}
