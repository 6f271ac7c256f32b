package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Option;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.View;
import java.util.ArrayList;
import java.util.List;

/** {@code help}: all commands, or how one of them is written. */
final class HelpCommand implements Command {
    private static final Usage USAGE = new Usage(
            "help", false, "[COMMAND]", "lists the commands, or explains one", List.of(), List.of("", "dtype"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return Commands.all().stream().map(command -> command.usage().name()).toList();
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        Output output = session.output();
        List<String> names = arguments.positionals(1, output.call("help", "dtype"));
        output.show(
                names.isEmpty()
                        ? all(output)
                        : one(Commands.find(names.getFirst()).usage(), output));
        return null;
    }

    private static View all(Output output) {
        var grid = new Grid("", "");
        for (Command command : Commands.all()) {
            Usage usage = command.usage();
            grid.row(output.call(usage.name(), ""), usage.summary());
        }
        return View.column(grid.view(), View.note("%s explains one.".formatted(output.call("help", "dtype"))));
    }

    static View one(Usage usage, Output output) {
        var parts = new ArrayList<View>();
        parts.add(View.text("%s: %s".formatted(output.call(usage.name(), ""), usage.summary())));
        var grid = new Grid("", "");
        if (!usage.positionals().isEmpty()) {
            grid.row(usage.positionals(), "");
        }
        for (Option option : usage.options()) {
            grid.row(option, option.description());
        }
        parts.add(grid.view());
        usage.examples().forEach(example -> parts.add(View.text(output.call(usage.name(), example))));
        return View.column(parts.toArray(View[]::new));
    }
}
