package dev.loupe.kernel.command;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.View;
import java.util.List;

/** All commands there are, in the order a newcomer needs them. Invariant: names differ. */
public final class Commands {
    private static final List<Command> ALL = List.of(
            new ModelCommand(),
            new GenerateCommand(),
            new ChatCommand(),
            new SessionCommand(),
            new TokensCommand(),
            new SamplingCommand(),
            new DtypeCommand(),
            new SaveCommand(),
            new DeviceCommand(),
            new ActivationsCommand(),
            new FlashCommand(),
            new WindowCommand(),
            new SparseCommand(),
            new CacheCommand(),
            new SpeculateCommand(),
            new PerplexityCommand(),
            new CompareCommand(),
            new PlotCommand(),
            new AlternativesCommand(),
            new LensCommand(),
            new AttentionCommand(),
            new RunsCommand(),
            new ExportCommand(),
            new StatusCommand(),
            new KernelCommand(),
            new CheckCommand(),
            new DoctorCommand(),
            new HelpCommand());

    private Commands() {}

    /** Every command. */
    public static List<Command> all() {
        return ALL;
    }

    /**
     * A command by its name, with or without the marks of magics ({@code %dtype}, {@code dtype?}).
     *
     * @throws LoupeException naming the nearest, if there is none
     */
    public static Command find(String name) {
        String plain = name.strip().replaceAll("^%+|\\?+$", "");
        return ALL.stream()
                .filter(command -> command.usage().name().equals(plain))
                .findFirst()
                .orElseThrow(() -> new LoupeException(
                        "There is no command '%s'; %s".formatted(plain, Nearest.remedy(plain, names()))));
    }

    /** How a command is written, as {@code %help NAME} shows it. */
    public static View help(String name, Output output) {
        return HelpCommand.one(find(name).usage(), output);
    }

    private static List<String> names() {
        return ALL.stream().map(command -> command.usage().name()).toList();
    }
}
