package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Arguments;
import dev.loupe.Option;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.RecordingOutput;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class CommandsTest {
    private final RecordingOutput output = new RecordingOutput();
    private final NotebookSession session = new NotebookSession(output);

    static List<Command> commands() {
        return Commands.all();
    }

    @Test
    void namesDiffer() {
        List<String> names = commands().stream().map(c -> c.usage().name()).toList();
        assertEquals(names.size(), names.stream().distinct().count());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpTellsEveryOptionAndExample(Command command) {
        Usage usage = command.usage();
        Commands.find("help").run(usage.name(), "", session);
        String help = output.plain();
        assertTrue(help.startsWith("%" + usage.name() + ": " + usage.summary()), help);
        for (Option option : usage.options()) {
            assertTrue(help.contains(option.toString()), help);
            assertTrue(help.contains(option.description()), help);
        }
        usage.examples()
                .forEach(example ->
                        assertTrue(help.contains("%" + usage.name() + " " + example) || example.isEmpty(), help));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void examplesAreWrittenRight(Command command) {
        for (String example : command.usage().examples()) {
            String line = example.lines().findFirst().orElse("");
            assertDoesNotThrow(
                    () -> Arguments.parse(line, command.usage().options()).positionals(2, ""), example);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dtype, sym_in4, use sym_int4",
        "cache, q8, use q8_0",
        "speculate, slef, write %speculate self",
        "sampling, temprature=1, did you mean temperature?",
        "window, many, as in %window 256",
        "sparse, topc=4, did you mean topk?"
    })
    void aMistypedWordIsToldBeforeAMissingModel(String name, String line, String remedy) {
        var error = assertThrows(LoupeException.class, () -> Commands.find(name).run(line, "", session));
        assertTrue(error.getMessage().contains(remedy), error.getMessage());
    }

    @Test
    void helpListsEveryCommand() {
        Commands.find("%help").run("", "", session);
        commands()
                .forEach(command ->
                        assertTrue(output.plain().contains("%" + command.usage().name() + " ")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "help | dtyp | There is no command 'dtyp'; did you mean dtype?",
                "status | | No model is loaded; load one with %model smollm2.",
                "status | now | 'now' is one word too many",
                "model | load | There is no name of a model to load; give one as in %model smollm2.",
                "model | smollm2 thread=2 | There is no option 'thread' here; did you mean threads?",
                "model | smollm2 threads=0 | threads cannot be '0'; give a whole number from 1 to",
                "model | smolm2 | did you mean smollm2?",
                "generate | | There is no prompt; give one as in %generate \"Why is the sky blue?\".",
                "generate | why not | 'not' is one word too many; put text of several words in quotes",
                "generate | \"Hi\" max_tokens=many | No model is loaded",
                "plot | | A plot needs its kind; use one of latency, memory, perplexity, tokens, acceptance, attention, position, roofline, bench, as in %plot latency.",
                "plot | latncy | %plot cannot be 'latncy'; did you mean latency?",
                "plot | latency | No run is measured yet; begin with %generate \"Why is the sky blue?\".",
                "plot | memory | No model has run yet; begin with %model smollm2.",
                "plot | perplexity | No perplexity is measured yet; begin with %perplexity dtypes=fp16,sym_int4.",
                "sampling | rest | %sampling cannot be 'rest'; did you mean reset?",
                "chat | raw=true | There is no option 'raw' here",
                "perplexity | dtypes=fp17 | No model is loaded",
            })
    void oneSentenceWithTheRemedy(String command, String line, String sentence) {
        String arguments = line == null ? "" : line;
        var error =
                assertThrows(LoupeException.class, () -> Commands.find(command).run(arguments, "", session));
        assertTrue(error.getMessage().contains(sentence), error.getMessage());
    }

    /** 200 lines of broken pieces, for every command: one sentence each, never another exception. */
    @Test
    void malformedLines() {
        var random = new Random(11);
        List<String> pieces = List.of(
                "\"",
                "'",
                "=",
                "==",
                "max_tokens",
                "max_tokens=",
                "=5",
                "max_tokens=x",
                "temperature=-1",
                "stop=\"",
                "raw=maybe",
                "dtypes=,",
                "dtypes=fp99",
                "chunk=1",
                "threads=-3",
                "reset",
                "%",
                "%%",
                "?",
                ";",
                "\\",
                "\u0000",
                "\ud83d",
                "\u202e",
                "list",
                "load",
                "system=",
                "text=/nowhere",
                "{x}",
                "$y",
                "--help",
                "a=b=c");
        for (int i = 0; i < 200; i++) {
            String line = random.ints(1 + random.nextInt(5), 0, pieces.size())
                    .mapToObj(pieces::get)
                    .collect(Collectors.joining(random.nextBoolean() ? " " : ""));
            for (Command command : commands()) {
                if (command.usage().name().equals("doctor")) {
                    continue;
                }
                try {
                    command.run(line, random.nextBoolean() ? "" : line, session);
                } catch (LoupeException e) {
                    assertTrue(
                            e.getMessage().matches("(?s).+[.?]"), "%s %s: %s".formatted(command, line, e.getMessage()));
                }
            }
        }
        assertFalse(session.loaded().isPresent());
    }
}
