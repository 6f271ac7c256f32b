package dev.loupe.kernel.view;

import dev.loupe.ModelInfo;
import dev.loupe.engine.model.Footprint;
import java.util.stream.Collectors;

/** How a {@link ModelInfo} looks: what the model is, then what each part takes on disk and in memory. */
public final class ModelInfoView {
    private ModelInfoView() {}

    /** Of a model that is loaded, and so fits. */
    public static View ofLoaded(ModelInfo info) {
        return View.column(facts(info), parts(info));
    }

    /** Of a model that is not loaded, and may not fit. */
    public static View of(ModelInfo info) {
        String verdict = "as %s it %s".formatted(info.fit().dtype(), info.fit());
        return View.column(facts(info), parts(info), View.text(info.obstacle().orElse(verdict)));
    }

    private static View facts(ModelInfo info) {
        ModelInfo.Shape shape = info.shape();
        String heads = shape.kvHeads() == shape.heads()
                ? "%d heads of %d".formatted(shape.heads(), shape.headDim())
                : "%d heads of %d (%d of keys and values)".formatted(shape.heads(), shape.headDim(), shape.kvHeads());
        String feedForward = shape.experts() == 0
                ? "feed-forward %d".formatted(shape.intermediate())
                : "%d experts of %d (%d for each token)"
                        .formatted(shape.experts(), shape.intermediate(), shape.expertsPerToken());
        String dtypes = info.dtypes().entrySet().stream()
                .map(e -> "%s (%s in %d)"
                        .formatted(
                                e.getKey(),
                                Units.bytes(e.getValue().bytes()),
                                e.getValue().tensors()))
                .collect(Collectors.joining(", "));
        return new Grid("", "")
                .row("model", info.name())
                .row("where", info.path())
                .row("licence", info.licence().orElse("not stated"))
                .row(
                        "architecture",
                        "%s, %d layers x %d, %s, %s, vocabulary %d"
                                .formatted(
                                        info.architecture(),
                                        shape.layers(),
                                        shape.hidden(),
                                        heads,
                                        feedForward,
                                        shape.vocabulary()))
                .row("context", "%d tokens, window: %s".formatted(info.context(), info.window()))
                .row("rope", info.rope())
                .row("tensors", dtypes)
                .view();
    }

    private static View parts(ModelInfo info) {
        Footprint footprint = info.footprint();
        var grid = new Grid(
                "part", "parameters", "on disk", "in memory as " + info.fit().dtype());
        for (Footprint.Part part : footprint.parts()) {
            grid.row(
                    part.name(),
                    Units.count(part.parameters()),
                    Units.bytes(part.storedBytes()),
                    Units.bytes(part.bytes()));
        }
        grid.row(
                "all",
                Units.count(footprint.parameters()),
                Units.bytes(info.diskBytes()),
                Units.bytes(footprint.weightBytes()));
        String cache = "the cache takes %s for 1000 tokens, %s for the whole context"
                .formatted(Units.bytes(footprint.cacheBytes(1000)), Units.bytes(footprint.cacheBytes(info.context())));
        return View.column(grid.view(), View.note(cache));
    }
}
