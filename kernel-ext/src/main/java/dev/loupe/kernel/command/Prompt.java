package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.Output;
import java.util.List;

/** The text that a command is about: under its line, or quoted in it. */
final class Prompt {
    private Prompt() {}

    /**
     * The text.
     *
     * @throws LoupeException if there is none, or more than one
     */
    static String of(Arguments arguments, String body, String command, NotebookSession session) {
        Output output = session.output();
        String example = output.call(command, "\"Why is the sky blue?\"");
        List<String> texts = arguments.positionals(body.isBlank() ? 1 : 0, example);
        if (!body.isBlank()) {
            return body;
        }
        if (texts.isEmpty() || texts.getFirst().isBlank()) {
            throw new LoupeException("There is no %s; give one as in %s."
                    .formatted(command.equals("generate") ? "prompt" : "text", example));
        }
        return texts.getFirst();
    }
}
