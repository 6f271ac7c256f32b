package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.DtypeRequest;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.Status;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Units;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** {@code dtype}: converts the loaded model's weights, or tells what they can be converted to. */
final class DtypeCommand implements Command {
    private static final Usage USAGE = new Usage(
            "dtype",
            false,
            "[NAME | stored | auto SIZE]",
            "converts the weights to another dtype, or back to what the file holds; auto takes the most exact that fits; without a name lists the dtypes",
            DtypeRequest.OPTIONS,
            List.of("", "sym_int4", "q4_k embed=q8_0 head=q6_k", "auto 100MiB"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return Stream.concat(Stream.of("stored", "auto"), DTypes.all().stream().map(DType::id))
                .toList();
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(2, session.output().call("dtype", "sym_int4"));
        var text = new StringBuilder(String.join(" ", words));
        for (Option option : DtypeRequest.OPTIONS) {
            arguments.find(option.name()).ifPresent(value -> text.append(" %s=%s".formatted(option.name(), value)));
        }
        return text.isEmpty() ? list(session) : convert(text.toString(), session);
    }

    private static Status convert(String name, NotebookSession session) {
        DtypeRequest.parse(name); // a mistyped word is told before a missing model
        Llm llm = session.llm();
        String from = llm.dtype();
        Status before = llm.status();
        long start = System.nanoTime();
        try (Output.Live live = session.output().live()) {
            llm.dtype(name, new ProgressBar(live));
            Status after = llm.status();
            String changed = "%s -> %s in %s, %s -> %s%s"
                    .formatted(
                            from,
                            llm.dtype(),
                            Units.seconds((System.nanoTime() - start) / 1e9),
                            Units.bytes(before.memory().weightBytes()),
                            Units.bytes(after.memory().weightBytes()),
                            llm.conversation().isEmpty() ? "" : "; the conversation stays");
            live.finish(View.column(View.text(changed), Views.notes(after.notes())));
            return after;
        }
    }

    private static Status list(NotebookSession session) {
        String now = session.loaded().map(Llm::dtype).orElse("");
        var grid = new Grid("dtype", "also", "bits a weight", "");
        for (DType dtype : DTypes.all()) {
            grid.row(
                    dtype.id(),
                    String.join(", ", dtype.aliases()),
                    String.format(Locale.ROOT, "%.2f", 8.0 * dtype.blockBytes() / dtype.blockElements()),
                    dtype.id().equals(now) ? "now" : "");
        }
        session.output().show(grid.view());
        return null;
    }
}
