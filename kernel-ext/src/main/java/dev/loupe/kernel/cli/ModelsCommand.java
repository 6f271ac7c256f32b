package dev.loupe.kernel.cli;

import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.hub.StoredModel;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code loupe models}: what {@code --model} and {@code %model} find by name. */
@Command(
        name = "models",
        description = {
            "Models that can be loaded by name: bundled, and in Hugging Face's cache.",
            "'models info NAME' tells what one is, and whether it fits in memory."
        })
final class ModelsCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    ModelsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        List<Result> models = ModelStore.list().stream().map(Result::of).toList();
        if (common.json) {
            terminal.json(models);
            return;
        }
        models.forEach(model -> terminal.out()
                .printf(
                        Locale.ROOT,
                        "%-24s %8.1f MiB  %s%n",
                        model.name(),
                        model.bytes() / (double) (1 << 20),
                        model.path()));
        if (models.isEmpty()) {
            terminal.err()
                    .println(
                            "No model found by name; run ./loupe run once to fetch smollm2, or give a path with --model.");
        }
    }

    /** What {@code --json} prints, one for each model. */
    record Result(String name, String path, long bytes) {
        static Result of(StoredModel model) {
            return new Result(model.name(), model.path().toString(), model.bytes());
        }
    }
}
