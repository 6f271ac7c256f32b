package dev.loupe.kernel.command;

import dev.loupe.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What may come next in a command's line: its first argument, its options, their values.
 *
 * <p>Invariant: every candidate begins with what is typed of it.
 *
 * @param candidates what may stand from {@code start} on
 * @param start where the word that is being typed begins
 */
public record CommandCompletion(List<String> candidates, int start) {
    /** Completes the end of a line of arguments. */
    public static CommandCompletion of(Command command, String line, NotebookSession session) {
        int start = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t')) + 1;
        String word = line.substring(start);
        int equals = word.indexOf('=');
        if (equals >= 0) {
            int comma = word.lastIndexOf(',');
            int value = Math.max(equals, comma) + 1;
            return new CommandCompletion(
                    beginning(word.substring(value), values(command, word.substring(0, equals), session)),
                    start + value);
        }
        var all = new ArrayList<String>();
        if (line.substring(0, start).isBlank()) {
            all.addAll(command.choices(session));
        }
        for (Option option : command.usage().options()) {
            all.add(option.isFlag() ? option.name() : option.name() + "=");
        }
        return new CommandCompletion(beginning(word, all), start);
    }

    private static List<String> values(Command command, String name, NotebookSession session) {
        Optional<Option> option = command.usage().options().stream()
                .filter(o -> o.name().equals(name))
                .findFirst();
        if (option.isEmpty() || !option.get().choices().isEmpty()) {
            return option.map(Option::choices).orElse(List.of());
        }
        return switch (name) {
            case "dtype", "dtypes" -> Commands.find("dtype").choices(session);
            case "device", "devices" -> Commands.find("device").choices(session);
            case "model", "models", "drafter" -> ModelCommand.names();
            default -> List.of();
        };
    }

    private static List<String> beginning(String typed, List<String> words) {
        return words.stream().filter(word -> word.startsWith(typed)).distinct().toList();
    }
}
