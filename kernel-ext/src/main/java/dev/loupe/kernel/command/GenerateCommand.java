package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Run;
import java.util.List;

/** {@code generate}: writes on after a prompt, shown token by token; the value is the {@link Run}. */
final class GenerateCommand implements Command {
    private static final Usage USAGE = new Usage(
            "generate",
            true,
            "[\"PROMPT\"]",
            "generates after a prompt, a question of its own without the conversation",
            Streaming.options(GenerateOptions.OPTIONS),
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
        Streaming shown = Streaming.begin(llm, arguments, session);
        return shown.end(llm.generate(prompt, options, shown));
    }
}
