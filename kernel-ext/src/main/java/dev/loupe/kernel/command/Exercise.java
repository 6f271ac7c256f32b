package dev.loupe.kernel.command;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A question of a notebook and the judge of its answers.
 *
 * <p>Invariant: judging never throws; what went wrong in the judge is a hint like any other.
 *
 * @param number from 1, its name in {@code %check 1}
 * @param type of the answers: Integer, Double, String, Boolean, or any class that is given from Java
 * @param judge gives a hint, or an empty text where the answer is right
 */
public record Exercise<T>(int number, Class<T> type, Function<T, String> judge) {
    public Exercise {
        if (number < 1) {
            throw new LoupeException("An exercise cannot have the number %d; count from 1.".formatted(number));
        }
    }

    /** Judges an answer; null is no answer yet. */
    Verdict judge(Object answer) {
        if (answer == null) {
            return new Verdict(
                    number, Verdict.Outcome.OPEN, "put your answer in place of null and run the cell again.");
        }
        String hint;
        try {
            hint = Objects.requireNonNull(judge.apply(typed(answer)), "a judge gives a text");
        } catch (LoupeException e) {
            hint = e.getMessage();
        } catch (RuntimeException e) {
            hint = "the check failed with %s; run the cells above this one first.".formatted(e);
        }
        return hint.isEmpty()
                ? new Verdict(number, Verdict.Outcome.RIGHT, "right.")
                : new Verdict(number, Verdict.Outcome.WRONG, hint);
    }

    private T typed(Object answer) {
        Object value = answer;
        if (answer instanceof Number n && type == Double.class) {
            value = n.doubleValue();
        } else if (answer instanceof String text && type != String.class) {
            value = read(text);
        }
        if (!type.isInstance(value)) {
            throw new LoupeException("the answer is a %s, not %s of type %s; change it."
                    .formatted(type.getSimpleName(), answer, answer.getClass().getSimpleName()));
        }
        return type.cast(value);
    }

    /** An answer that was typed behind {@code %check 1}. */
    private Object read(String text) {
        try {
            return switch (type.getSimpleName()) {
                case "Integer" -> Integer.valueOf(text);
                case "Double" -> Double.valueOf(text);
                case "Boolean" -> bool(text);
                default ->
                    throw new LoupeException("the answer is a %s, not a word; give it from Java: check(%d, answer)."
                            .formatted(type.getSimpleName(), number));
            };
        } catch (NumberFormatException e) {
            throw new LoupeException("the answer is a number, not '%s'; change it.".formatted(text));
        }
    }

    private static Boolean bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new LoupeException("the answer is true or false, not '%s'; %s"
                    .formatted(text, Nearest.remedy(text, List.of("true", "false"))));
        }
        return Boolean.valueOf(text);
    }
}
