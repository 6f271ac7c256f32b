package dev.loupe.kernel.command;

import dev.loupe.Option;
import java.util.List;

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
}
