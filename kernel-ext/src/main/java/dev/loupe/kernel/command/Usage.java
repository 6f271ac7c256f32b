package dev.loupe.kernel.command;

import dev.loupe.Option;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a command is written: what its help, its completion and its error messages are made of.
 *
 * @param name one word
 * @param body whether it may head a cell whose text it takes ({@code %%generate})
 * @param positionals what may follow the name, e.g. {@code [NAME]}
 * @param summary what it does, one line
 * @param options all options
 * @param examples arguments to try
 */
public record Usage(
        String name, boolean body, String positionals, String summary, List<Option> options, List<String> examples) {
    public Usage {
        options = List.copyOf(options);
        examples = List.copyOf(examples);
    }

    /** What may follow the name: positionals, then every option in brackets. */
    public String arguments() {
        return Stream.concat(Stream.of(positionals), options.stream().map(option -> "[%s]".formatted(option)))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
