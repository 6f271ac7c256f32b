package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.AttentionMap;
import dev.loupe.Option;
import dev.loupe.kernel.view.InsightViews;
import java.util.List;

/** {@code attention}: where the heads of a layer look; the value is the {@link AttentionMap}. */
final class AttentionCommand implements Command {
    private static final Usage USAGE = new Usage(
            "attention",
            true,
            "[\"TEXT\"]",
            "shows where the heads of a layer look while the model reads a text",
            List.of(
                    Option.named("layer", "N", "which layer, from 0 (0)"),
                    Option.named("head", "N", "one head in full, from 0 (all of them, small)")),
            List.of("\"The cat sat on the mat\" layer=3 head=2"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String text = Prompt.of(arguments, body, "attention", session);
        AttentionMap map = session.llm().attention(text, (int) arguments.integer("layer", 0, 0, Integer.MAX_VALUE));
        int head = (int) arguments.integer("head", -1, 0, map.heads() - 1);
        session.output().show(head < 0 ? InsightViews.of(map) : InsightViews.of(map, head));
        return map;
    }
}
