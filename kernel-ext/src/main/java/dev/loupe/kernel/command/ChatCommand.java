package dev.loupe.kernel.command;

import dev.loupe.Arguments;
import dev.loupe.GenerateOptions;
import dev.loupe.Llm;
import dev.loupe.Option;
import dev.loupe.engine.chat.Message;
import dev.loupe.kernel.view.Grid;
import dev.loupe.kernel.view.View;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code chat}: a turn of the conversation that goes on from cell to cell, shown token by token. */
final class ChatCommand implements Command {
    private static final Usage USAGE = new Usage(
            "chat",
            true,
            "[\"MESSAGE\" | reset]",
            "says something in the conversation; reset begins a new one; without a message shows it",
            Streaming.options(options()),
            List.of("max_tokens=60\nMy name is Ada. Who are you?", "\"What is my name?\"", "reset"));

    private static List<Option> options() {
        var system = Option.named("system", "TEXT", "begins a new conversation under this instruction");
        return Stream.concat(
                        Stream.of(system),
                        GenerateOptions.OPTIONS.stream()
                                .filter(option -> !option.name().equals("raw")))
                .toList();
    }

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public List<String> choices(NotebookSession session) {
        return List.of("reset");
    }

    @Override
    public Object run(Arguments arguments, String body, NotebookSession session) {
        String example = session.output().call("chat", "\"What is my name?\"");
        String said = arguments.positionals(1, example).stream().findFirst().orElse("");
        boolean reset = said.equals("reset");
        if (!body.isBlank() && !reset) {
            arguments.positionals(0, example);
        }
        String message = body.isBlank() && !reset ? said : body;
        Llm llm = session.llm();
        GenerateOptions options = llm.sampling().with(arguments);
        Optional<String> system = arguments.find("system");
        if (reset || system.isPresent()) {
            llm.newConversation(system.orElse(null));
        }
        if (!message.isBlank()) {
            Streaming shown = Streaming.begin(llm, arguments, session);
            return shown.end(llm.chat(message, options, shown));
        }
        session.output().show(conversation(llm.conversation()));
        return null;
    }

    private static View conversation(List<Message> messages) {
        if (messages.isEmpty()) {
            return View.note("The conversation is empty.");
        }
        var grid = new Grid("", "");
        messages.forEach(message -> grid.row(message.role(), message.content()));
        return grid.view();
    }
}
