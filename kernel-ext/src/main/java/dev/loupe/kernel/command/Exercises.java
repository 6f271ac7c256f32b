package dev.loupe.kernel.command;

import dev.loupe.engine.LoupeException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The exercises of a notebook and how they stand. Invariant: numbers differ; the last exercise of a number counts. */
public final class Exercises {
    private final Map<Integer, Exercise<?>> exercises = new TreeMap<>();
    private final Map<Integer, Verdict> verdicts = new TreeMap<>();

    /** Adds an exercise; it is open. */
    public synchronized void add(Exercise<?> exercise) {
        exercises.put(exercise.number(), exercise);
        verdicts.put(exercise.number(), new Verdict(exercise.number(), Verdict.Outcome.OPEN, "not answered yet."));
    }

    /**
     * Judges an answer and keeps the verdict.
     *
     * @throws LoupeException if there is no exercise of this number
     */
    synchronized Verdict judge(int number, Object answer) {
        Exercise<?> exercise = exercises.get(number);
        if (exercise == null) {
            throw new LoupeException(
                    "There is no exercise %d here (there are: %s); run the notebook's cells from its top."
                            .formatted(number, exercises.isEmpty() ? "none" : exercises.keySet()));
        }
        Verdict verdict = exercise.judge(answer);
        verdicts.put(number, verdict);
        return verdict;
    }

    /** Their numbers, ascending. */
    synchronized List<Integer> numbers() {
        return List.copyOf(exercises.keySet());
    }

    /** How each stands, by number. */
    synchronized Collection<Verdict> verdicts() {
        return List.copyOf(verdicts.values());
    }
}
