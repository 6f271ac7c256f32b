package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.kernel.view.Output;
import java.util.List;

/** {@code generate}: writes on after a prompt, shown token by token; the value is the {@link Run}. */
final class GenerateCommand implements Command {
    private static final Usage USAGE = new Usage(
            "generate",
            true,
            "[\"PROMPT\"]",
            "generates after a prompt, a question of its own without the conversation",
            GenerateOptions.OPTIONS,
            List.of("max_tokens=60\nWhy is the sky blue?", "\"The sky is\" max_tokens=20 raw"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String prompt = Prompt.of(arguments, body, "generate", session);
        Llm llm = session.llm();
        GenerateOptions options = llm.sampling().with(arguments);
        Output.Text text = session.output().text();
        Run run = llm.generate(prompt, options, (id, piece) -> text.append(piece));
        text.end(run.footer());
        return run;
    }
}
