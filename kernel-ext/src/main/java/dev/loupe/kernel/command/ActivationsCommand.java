package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.engine.ops.Activations;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code activations}: as they are, as signed bytes, or rounded as llama.cpp does. */
final class ActivationsCommand implements Command {
    private static final List<String> CHOICES =
            Arrays.stream(Activations.values()).map(Activations::toString).toList();
    private static final Usage USAGE = new Usage(
            "activations",
            false,
            "[fp32 | int8 | q8]",
            "takes activations into products with weights of integers (sym_int4 to sym_int8, q3_k to q6_k) as they are (fp32),"
                    + " or as signed bytes (int8), which is faster and less exact; or rounds them for every dtype with blocks as"
                    + " llama.cpp does (q8), no faster, to compare perplexities; without a word tells which",
            List.of(),
            List.of("", "int8", "q8", "fp32"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return CHOICES;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        Optional<String> word = Choice.of(arguments, "activations", CHOICES, session);
        word.ifPresent(session.llm()::activations);
        return Switched.show(session, false);
    }
}
