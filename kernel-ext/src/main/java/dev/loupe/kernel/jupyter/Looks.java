package dev.loupe.kernel.jupyter;

import dev.loupe.Alternatives;
import dev.loupe.AttentionMap;
import dev.loupe.Comparison;
import dev.loupe.GenerateOptions;
import dev.loupe.KernelRun;
import dev.loupe.Lens;
import dev.loupe.Llm;
import dev.loupe.Run;
import dev.loupe.Status;
import dev.loupe.Tokens;
import dev.loupe.engine.attention.Recall;
import dev.loupe.engine.cache.CacheInfo;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.kernel.command.Perplexities;
import dev.loupe.kernel.command.Verdict;
import dev.loupe.kernel.view.CacheView;
import dev.loupe.kernel.view.InsightViews;
import dev.loupe.kernel.view.TokensView;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import dev.loupe.viz.Figure;
import java.util.function.Function;
import tech.tablesaw.api.Table;

/** How the values of cells look. Invariant: every value of a command that a variable can hold has a look. */
public final class Looks {
    private Looks() {}

    /** What a kernel's renderer is told, once a type. */
    public interface Renderer {
        <T> void render(Class<T> type, Function<T, Bundle> look);
    }

    /** Tells a renderer all looks. */
    public static void all(Renderer renderer) {
        renderer.render(Figure.class, Bundle::of);
        view(renderer, View.class, view -> view);
        view(renderer, Run.class, Views::of);
        view(renderer, Llm.class, Views::of);
        view(renderer, Status.class, Views::of);
        view(renderer, CacheInfo.class, CacheView::of);
        view(renderer, Recall.class, recall -> View.text(recall.toString()));
        view(renderer, GenerateOptions.class, options -> View.text(options.toString()));
        view(renderer, Perplexity.class, Views::of);
        view(renderer, Perplexities.class, perplexities -> Views.of(perplexities.rows()));
        view(renderer, Comparison.class, Views::of);
        view(renderer, Tokens.class, TokensView::of);
        view(renderer, Lens.class, InsightViews::of);
        view(renderer, AttentionMap.class, InsightViews::of);
        view(renderer, Alternatives.class, InsightViews::of);
        view(renderer, KernelRun.class, run -> View.text(run.toString()));
        view(renderer, Verdict.class, Verdict::view);
        view(renderer, Table.class, Views::of);
    }

    private static <T> void view(Renderer renderer, Class<T> type, Function<T, View> look) {
        renderer.render(type, value -> Bundle.of(look.apply(value)));
    }
}
