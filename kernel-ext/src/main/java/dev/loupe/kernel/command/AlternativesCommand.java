package dev.loupe.kernel.command;

import dev.loupe.Alternatives;
import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.InsightViews;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code alternatives}: how likely each token of a text was, and what could have stood in its place; of the last run,
 * if no text is given. The value is the {@link Alternatives}.
 */
final class AlternativesCommand implements Command {
    private static final Usage USAGE = new Usage(
            "alternatives",
            true,
            "[\"TEXT\"]",
            "shows how likely each token of a text, or of the last run, was and what could have come instead",
            List.of(Option.named("top", "K", "how many alternatives (5)")),
            List.of("", "\"The capital of France is\" top=10"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        Llm llm = session.llm();
        int top = (int) arguments.integer("top", 5, 1, 50);
        boolean given = !body.isBlank() || !arguments.positionals().isEmpty();
        int[] ids =
                given ? llm.prompts().plain(Prompt.of(arguments, body, "alternatives", session)) : last(llm, session);
        Alternatives alternatives = llm.alternatives(ids, top);
        session.output().show(InsightViews.of(alternatives));
        return alternatives;
    }

    private static int[] last(Llm llm, NotebookSession session) {
        List<Run> runs = llm.runs();
        if (runs.isEmpty()) {
            throw new LoupeException("There is no text and no run yet; give a text as in %s."
                    .formatted(session.output().call("alternatives", "\"The capital of France is\"")));
        }
        Run run = runs.getLast();
        return IntStream.concat(IntStream.of(run.promptIds()), IntStream.of(run.ids()))
                .toArray();
    }
}
