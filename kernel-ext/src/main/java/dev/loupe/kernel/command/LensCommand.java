package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Lens;
import dev.loupe.kernel.view.InsightViews;
import java.util.List;

/** {@code lens}: what the model would say after each layer; the value is the {@link Lens}. */
final class LensCommand implements Command {
    private static final Usage USAGE = new Usage(
            "lens",
            true,
            "[\"TEXT\"]",
            "shows what the model would say after each of its layers (logit lens)",
            List.of(),
            List.of("\"The capital of France is\""));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String text = Prompt.of(arguments, body, "lens", session);
        Lens lens = session.llm().lens(text);
        session.output().show(InsightViews.of(lens));
        return lens;
    }
}
