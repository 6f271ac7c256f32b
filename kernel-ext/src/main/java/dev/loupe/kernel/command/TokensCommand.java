package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Option;
import dev.loupe.Tokens;
import dev.loupe.Tokens.Reading;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.ProgressBar;
import dev.loupe.kernel.view.TokensView;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code tokens}: a text as the model reads it; the value is the {@link Tokens}, of several models the first one's.
 *
 * <p>Invariant: of a model that is named only the tokenizer and template are read, and the loaded one stays.
 */
final class TokensCommand implements Command {
    private static final String VERSUS = "||";
    private static final Usage USAGE = new Usage(
            "tokens",
            true,
            "[\"TEXT\"] [|| MODEL]",
            "shows a text as the tokens that the model reads; beside another model's with || MODEL",
            List.of(
                    Option.flag("chat", "apply the chat template, the text as one user turn"),
                    Option.flag("special", "parse special tokens in the text, as in a rendered template"),
                    Option.named("models", "A,B,...", "read as these models do (the loaded one)")),
            List.of("\"The sky is blue.\"", "chat\nWhy is the sky blue?", "\"Straße\" models=smollm2,gemma3-270m"));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String example = session.output().call("tokens", "\"The sky is blue.\"");
        var words = new ArrayList<>(arguments.positionals(body.isEmpty() ? 3 : 2, example));
        String text = body;
        if (body.isEmpty()) {
            if (words.isEmpty()) {
                throw new LoupeException("There is no text; give one as in %s.".formatted(example));
            }
            text = words.removeFirst();
        }
        Reading reading = reading(arguments);
        List<String> models = models(arguments, words, session);
        try (Output.Live live = session.output().live()) {
            var read = new ArrayList<Tokens>();
            if (!arguments.has("models")) {
                Llm llm = session.llm();
                read.add(Tokens.of(llm.name(), llm.prompts(), text, reading));
            }
            for (String model : models) {
                read.add(Tokens.of(model, Loupe.prompts(model, new ProgressBar(live)), text, reading));
            }
            live.finish(read.size() == 1 ? TokensView.of(read.getFirst()) : TokensView.of(read));
            return read.getFirst();
        }
    }

    private static Reading reading(Arguments arguments) {
        boolean chat = arguments.flag("chat", false);
        boolean special = arguments.flag("special", false);
        if (chat && special) {
            throw new LoupeException(
                    "chat and special exclude each other, as a chat template's special tokens are parsed anyway; give one.");
        }
        return chat ? Reading.CHAT : special ? Reading.SPECIAL : Reading.PLAIN;
    }

    /** The models that are named: by {@code models=}, or one after {@code ||} to stand beside the loaded one. */
    private static List<String> models(Arguments arguments, List<String> words, NotebookSession session) {
        if (arguments.has("models") && words.isEmpty()) {
            List<String> models = arguments.list("models");
            if (models.isEmpty()) {
                throw new LoupeException(
                        "models names no model; write them with commas between, as in models=smollm2,gemma3-270m.");
            }
            return models;
        }
        if (words.isEmpty()) {
            return List.of();
        }
        if (arguments.has("models") || words.size() != 2 || !words.getFirst().equals(VERSUS)) {
            throw new LoupeException("'%s' is not understood here; put text in quotes, and name another model as in %s."
                    .formatted(
                            words.getFirst(), session.output().call("tokens", "\"The sky is blue.\" || gemma3-270m")));
        }
        return List.of(words.get(1));
    }
}
