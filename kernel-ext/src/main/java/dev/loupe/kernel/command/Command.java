package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.Output;
import java.util.List;

/**
 * Something a person can ask for in a notebook or terminal, whatever the front end.
 *
 * <p>A command shows what it does through the session's {@link Output}; its value is for variables. Invariant: a
 * command keeps nothing between calls; all state is the session's.
 */
public interface Command {
    /** How it is written. */
    Usage usage();

    /** Words worth offering as its first argument, e.g. the names of dtypes. */
    default List<String> choices(NotebookSession session) {
        return List.of();
    }

    /**
     * Does it.
     *
     * @param body the text under the command; empty if there is none
     * @return what a variable may hold; null for nothing
     * @throws LoupeException with the remedy, if it can not be done
     */
    Object run(Arguments arguments, String body, NotebookSession session);

    /** Does it, arguments as one line. */
    default Object run(String line, String body, NotebookSession session) {
        try {
            Arguments arguments = Arguments.parse(line, usage().options());
            return session.output().run(() -> run(arguments, body, session));
        } catch (OutOfMemoryError e) {
            throw new LoupeException(
                    "Java ran out of memory (%s); choose a smaller model or dtype, or start with a larger -Xmx."
                            .formatted(e.getMessage()),
                    e);
        }
    }
}
