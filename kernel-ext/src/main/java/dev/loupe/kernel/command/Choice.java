package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import java.util.List;
import java.util.Optional;

/** The only positional of a command that takes one of a few words. */
final class Choice {
    private Choice() {}

    /**
     * The word, if one was given.
     *
     * @throws LoupeException if it is none of the choices, naming the nearest
     */
    static Optional<String> of(Arguments arguments, String command, List<String> choices, NotebookSession session) {
        String usage = session.output().call(command, choices.getFirst());
        Optional<String> word = arguments.positionals(1, usage).stream().findFirst();
        if (word.isPresent() && !choices.contains(word.get())) {
            throw new LoupeException("%s cannot be '%s'; %s"
                    .formatted(session.output().call(command, ""), word.get(), Nearest.remedy(word.get(), choices)));
        }
        return word;
    }
}
