package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.View;
import java.util.List;

/** {@code check}: judges the answer to an exercise of the notebook, or tells how all of them stand. */
public final class CheckCommand implements Command {
    private static final Usage USAGE = new Usage(
            "check",
            false,
            "[N [ANSWER]]",
            "judges your answer to exercise N; without N tells how all exercises stand",
            List.of(),
            List.of("", "1 42", "2 \"because of the cache\""));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return session.exercises().numbers().stream().map(String::valueOf).toList();
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(2, session.output().call("check", "1 42"));
        if (words.isEmpty()) {
            show(session);
            return null;
        }
        return judge(number(words.getFirst()), words.size() < 2 ? null : words.get(1), session);
    }

    /** Judges an answer that may be any object, shows the verdict and keeps it. */
    public static Verdict judge(int number, Object answer, NotebookSession session) {
        Verdict verdict = session.exercises().judge(number, answer);
        session.output().show(verdict.view());
        return verdict;
    }

    private static int number(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new LoupeException("An exercise has a number, not the name '%s'; write %%check 1.".formatted(word));
        }
    }

    private static void show(NotebookSession session) {
        View[] verdicts =
                session.exercises().verdicts().stream().map(Verdict::view).toArray(View[]::new);
        session.output()
                .show(
                        verdicts.length > 0
                                ? View.column(verdicts)
                                : View.note("No exercise is known here; run the notebook's cells from its top first."));
    }
}
