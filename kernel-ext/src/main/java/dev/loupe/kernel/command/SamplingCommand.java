package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.kernel.view.View;
import java.util.List;

/** {@code sampling}: the options that the next generations begin with. */
final class SamplingCommand implements Command {
    private static final Usage USAGE = new Usage(
            "sampling",
            false,
            "[reset]",
            "changes how the next tokens are chosen, or tells it; reset goes back to greedy",
            GenerateOptions.OPTIONS,
            List.of("", "temperature=0.8 top_p=0.95 seed=42", "reset"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("reset");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        boolean reset =
                Choice.of(arguments, "sampling", choices(session), session).isPresent();
        GenerateOptions.defaults().with(arguments); // a mistyped word is told before a missing model
        Llm llm = session.llm();
        GenerateOptions from = reset ? GenerateOptions.defaults() : llm.sampling();
        llm.sampling(from.with(arguments));
        session.output().show(View.text(llm.sampling().toString()));
        return llm.sampling();
    }
}
