package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.kernel.view.RecordingOutput;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CommandCompletionTest {
    private final NotebookSession session = new NotebookSession(new RecordingOutput());

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "dtype|` sym_int4`|1|sym_int4",
                "dtype|` `|1|stored",
                "generate|` \"Hi\" max_`|6|max_tokens=",
                "generate|` raw ig`|5|ignore_eos",
                "perplexity|` dtypes=fp16,sym_i`|13|sym_int8",
                "perplexity|` text=pr`|6|primer",
                "device|` c`|1|cpu",
                "plot|` la`|1|latency"
            })
    void offersWhatMayComeNext(String command, String line, int start, String wanted) {
        CommandCompletion completion = CommandCompletion.of(Commands.find(command), line, session);
        assertEquals(start, completion.start());
        assertTrue(completion.candidates().contains(wanted), completion.toString());
        String typed = line.substring(start);
        assertTrue(completion.candidates().stream().allMatch(c -> c.startsWith(typed)), completion.toString());
    }
}
