package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.AttentionOptions;
import dev.loupe.engine.attention.Recall;
import dev.loupe.kernel.view.CacheView;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.View;
import java.util.List;
import java.util.Locale;

/**
 * {@code sparse}: lets decoding read only the blocks of keys that matter to it, or tells how much of attention that
 * saw.
 */
final class SparseCommand implements Command {
    private static final Usage USAGE = new Usage(
            "sparse",
            false,
            "[off]",
            "lets decoding read the blocks of keys that its query can score highest; without a word tells its recall",
            AttentionOptions.SPARSE,
            List.of("topk=64 block=16", "", "off"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("off");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        List<String> words = arguments.positionals(1, session.output().call("sparse", "topk=64 block=16"));
        boolean options = arguments.has("topk") || arguments.has("block");
        if (words.isEmpty() && !options) {
            return recall(session);
        }
        String line = String.join(" ", words)
                + arguments.find("topk").map(n -> " topk=" + n).orElse("")
                + arguments.find("block").map(n -> " block=" + n).orElse("");
        AttentionOptions.sparse(line.strip()); // a mistyped word is told before a missing model
        session.llm().sparse(line.strip());
        return Switched.show(session, false);
    }

    private static Recall recall(NotebookSession session) {
        Recall recall = session.llm().attention().recall();
        if (recall.tokens() == 0) {
            session.output()
                    .show(
                            View.text(
                                    "nothing was left out yet: sparse attention is off, or no context was longer than topk x block"));
            return recall;
        }
        var grid = new Grid("layer", "share of full attention seen", "positions read by the last token measured");
        for (int layer = 0; layer < recall.layers().length; layer++) {
            double seen = recall.layers()[layer];
            grid.row(
                    layer,
                    Double.isNaN(seen) ? "all" : String.format(Locale.ROOT, "%.3f", seen),
                    Double.isNaN(seen) ? "" : CacheView.strip(recall.read().get(layer), recall.context()));
        }
        session.output().show(View.column(grid.view(), View.note(recall.toString())));
        return recall;
    }
}
