package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.ModelInfo;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.hub.StoredModel;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.ModelInfoView;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.Units;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import java.util.List;
import java.util.stream.Stream;

/** {@code model}: loads a model in the former one's place, lists those there are, tells of one, unloads it. */
final class ModelCommand implements Command {
    private static final Usage USAGE = new Usage(
            "model",
            false,
            "[[load] NAME | list | info [NAME] | unload]",
            "loads a model by its name, path or Hugging Face id; tells what one is and whether it fits",
            Loupe.OPTIONS,
            List.of("smollm2", "list", "info gemma3-270m dtype=fp16", "unload"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return Stream.concat(names().stream(), Stream.of("load", "list", "info", "unload"))
                .toList();
    }

    /** The models that are found by name. */
    static List<String> names() {
        return ModelStore.list().stream().map(StoredModel::name).toList();
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String example = session.output().call("model", "smollm2");
        List<String> words = arguments.positionals(2, example);
        String first = words.isEmpty() ? session.loaded().isPresent() ? "" : "list" : words.getFirst();
        if (!List.of("load", "info").contains(first)) {
            arguments.positionals(1, example);
        } else if (first.equals("load") && words.size() < 2) {
            throw new LoupeException("There is no name of a model to load; give one as in %s.".formatted(example));
        }
        return switch (first) {
            case "" -> loaded(session);
            case "list" -> list(session);
            case "info" -> words.size() < 2 ? info(session) : info(words.get(1), arguments, session);
            case "unload" -> unload(session);
            case "load" -> load(words.get(1), arguments, session);
            default -> load(first, arguments, session);
        };
    }

    private static Llm load(String name, Arguments arguments, NotebookSession session) {
        try (Output.Live live = session.output().live()) {
            Llm llm = session.load(name, arguments, new ProgressBar(live));
            live.finish(Views.of(llm));
            return llm;
        }
    }

    private static ModelInfo info(NotebookSession session) {
        ModelInfo info = session.llm().info();
        session.output().show(ModelInfoView.ofLoaded(info));
        return info;
    }

    private static ModelInfo info(String name, Arguments arguments, NotebookSession session) {
        try (Output.Live live = session.output().live()) {
            ModelInfo info = Loupe.info(name, arguments, new ProgressBar(live));
            live.finish(ModelInfoView.of(info));
            return info;
        }
    }

    private static Llm loaded(NotebookSession session) {
        Llm llm = session.llm();
        session.output().show(Views.of(llm));
        return llm;
    }

    private static Llm list(NotebookSession session) {
        var grid = new Grid("model", "on disk", "where");
        ModelStore.list().forEach(model -> grid.row(model.name(), Units.bytes(model.bytes()), model.path()));
        View how = View.note("Load one with %s; the path of a GGUF file works too."
                .formatted(session.output().call("model", "NAME")));
        session.output().show(View.column(grid.view(), how));
        return null;
    }

    private static Llm unload(NotebookSession session) {
        String name = session.llm().name();
        session.unload();
        session.output().show(View.text("%s unloaded; its measurements stay.".formatted(name)));
        return null;
    }
}
