package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Speculation;
import dev.loupe.Status;
import dev.loupe.kernel.view.View;
import dev.loupe.kernel.view.Views;
import java.util.List;

/** {@code speculate}: says what drafts tokens, which one pass of the model then verifies; or switches that. */
final class SpeculateCommand implements Command {
    private static final Usage USAGE = new Usage(
            "speculate",
            false,
            "[self | lookup | model NAME | off]",
            "drafts tokens with something cheap and verifies them in one pass; what is generated stays the model's own",
            Speculation.OPTIONS,
            List.of(
                    "self",
                    "self draft=4 adaptive=off",
                    "self skip=12-17",
                    "lookup",
                    "model smollm2 dtype=sym_int4",
                    "off"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("self", "lookup", "model", "off");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String drafter = arguments.isEmpty() ? "" : Speculation.of(arguments).toString();
        Llm llm = session.llm();
        if (!drafter.isEmpty()) {
            llm.speculate(drafter);
        }
        Status status = llm.status();
        session.output().show(View.column(View.text("speculate " + status.speculate()), Views.notes(status.notes())));
        return status;
    }
}
