package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Sessions;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.Units;
import dev.loupe.kernel.view.View;
import java.util.List;

/** {@code session}: the conversations there are; one is forked, taken back, saved or loaded. The value lists them. */
final class SessionCommand implements Command {
    private static final List<String> ACTIONS = List.of("save", "load", "rewind", "fork", "use", "drop");
    private static final Usage USAGE = new Usage(
            "session",
            false,
            "[save FILE | load FILE | rewind N | fork NAME | use NAME | drop NAME]",
            "saves the conversation with its cache to a file or loads one, takes its last N turns back, or goes on with a copy"
                    + " (fork) or another one (use); without a word lists the conversations",
            List.of(),
            List.of("", "save chat.session", "load chat.session", "rewind 1", "fork idea", "use main", "drop idea"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return ACTIONS;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(2, session.output().call("session", "save chat.session"));
        if (!words.isEmpty()) {
            require(words, session);
        }
        Sessions sessions = session.llm().sessions();
        View done = words.isEmpty() ? View.text("") : act(words, sessions);
        List<Sessions.Entry> all = sessions.list();
        session.output().show(View.column(done, table(all)));
        return all;
    }

    private static void require(List<String> words, NotebookSession session) {
        String action = words.getFirst();
        if (!ACTIONS.contains(action)) {
            throw new LoupeException(
                    "A session cannot be told '%s'; %s".formatted(action, Nearest.remedy(action, ACTIONS)));
        }
        if (words.size() < 2) {
            throw new LoupeException("%s needs a word more; write it as in %s."
                    .formatted(
                            action,
                            USAGE.examples().stream()
                                    .filter(example -> example.startsWith(action))
                                    .map(example -> session.output().call("session", example))
                                    .findFirst()
                                    .orElseThrow()));
        }
    }

    private static View act(List<String> words, Sessions sessions) {
        String word = words.get(1);
        switch (words.getFirst()) {
            case "save" -> {
                return View.text("saved to " + sessions.save(word));
            }
            case "load" -> sessions.load(word);
            case "rewind" -> sessions.rewind(turns(word));
            case "fork" -> sessions.fork(word);
            case "use" -> sessions.use(word);
            default -> sessions.drop(word);
        }
        return View.text("");
    }

    private static int turns(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new LoupeException("rewind cannot be '%s'; give a number of turns.".formatted(word), e);
        }
    }

    private static View table(List<Sessions.Entry> all) {
        var grid = new Grid("session", "", "turns", "tokens cached", "cache");
        for (Sessions.Entry each : all) {
            grid.row(
                    each.name(),
                    each.current() ? "now" : "",
                    each.turns(),
                    each.cachedTokens(),
                    Units.bytes(each.bytes()));
        }
        return grid.view();
    }
}
