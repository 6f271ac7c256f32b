package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Comparison;
import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.view.RecordingOutput;
import dev.loupe.kernel.view.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.Table;

final class ExportCommandTest {
    private final RecordingOutput output = new RecordingOutput();
    private final NotebookSession session = new NotebookSession(output);

    @TempDir
    private Path folder;

    private Object export(String line) {
        return Commands.find("export").run(line, "", session);
    }

    @Test
    void theLastComparisonIsShownOrWritten() throws IOException {
        var row = new Comparison.Row(Map.of("dtype", "fp16"), List.of(Samples.run("Hi")), -1, 0);
        session.keep(new Comparison("tiny", "Hi", List.of(row)));
        assertEquals(
                "fp16", ((Table) export("comparison")).stringColumn("dtype").get(0));
        assertTrue(output.plain().contains("tokens/s"), output.plain());
        Path file = folder.resolve("c.csv");
        export("comparison " + file);
        assertTrue(output.plain().contains(file + ": 1 rows"), output.plain());
        assertTrue(Files.readString(file).startsWith("dtype,"), Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | one of runs, tokens, perplexity, comparison",
                "rums | did you mean runs?",
                "runs | begin with %generate \"Hi\".",
                "perplexity p.csv | begin with %perplexity chunks=4.",
                "runs a b | one word too many"
            })
    void whatIsNotThereIsOneSentence(String line, String part) {
        var e = assertThrows(LoupeException.class, () -> export(line));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
