package dev.loupe.kernel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(
                new Terminal(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false),
                arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    generate                                    | --prompt
                    generate --prompt hello --no-such-option    | --no-such-option
                    generate --prompt hello --max-tokens many   | many
                    generate --prompt hello --threads 1.5       | 1.5
                    perplexity --texts f                        | --texts
                    perplexity --text f --chunk x               | --chunk
                    bench --repetitions few                     | few
                    doctor extra                                | extra
                    frobnicate                                  | frobnicate
                    """)
    void aWrongCommandLineIsOneSentenceThatNamesIt(String arguments, String named) {
        assertEquals(2, run(arguments.split(" ")));
        assertOneSentence(named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    generate --prompt hello --max-tokens 0              | max_tokens
                    generate --prompt hello --temperature -1            | temperature
                    generate --prompt hello --top-p 1.5                 | top_p
                    bench --repetitions 0                               | --repetitions
                    bench --peer llama-bench                            | llama-bench=PATH
                    bench --peer llama-bench=/no/such/program           | /no/such/program
                    bench --peer fast.cpp=pom.xml                       | fast.cpp
                    bench --sweep colour=red                            | colour
                    bench --sweep threads=many                          | threads
                    perplexity --text /no/such/file.txt                 | /no/such/file.txt
                    compare speculate=off                               | 1 combinations
                    compare flash=on,off colour=red                     | colour
                    compare flash=on,off text=primer rounds=2           | rounds
                    compare flash=on,off text=primer --prompt Hi        | --prompt
                    """)
    void aValueOutOfRangeIsOneSentenceThatNamesIt(String arguments, String named) {
        assertEquals(1, run(arguments.split(" ")));
        assertOneSentence(named);
    }

    @Test
    void aTextThatIsNoTextIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        assertEquals(1, run("perplexity", "--text", file.toString()));
        assertOneSentence("UTF-8");
    }

    @Test
    void everyCommandExplainsItself() {
        for (String command : new String[] {"generate", "perplexity", "compare", "bench", "models", "doctor"}) {
            out.reset();
            assertEquals(0, run(command, "--help"));
            assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("Usage: loupe " + command), out::toString);
        }
    }

    @Test
    void infoOfNoModelIsOneSentence() {
        assertEquals(1, run("models", "info", "no-such-model"));
        assertOneSentence("no-such-model");
    }

    @Test
    void theDoctorSpeaksJson() throws Exception {
        run("doctor", "--json");
        var checks = new ObjectMapper().readTree(out.toByteArray());
        assertTrue(checks.size() >= 8, checks::toString);
        checks.forEach(check -> assertFalse(check.get("value").asText().isEmpty(), check::toString));
    }

    private void assertOneSentence(String named) {
        String message = err.toString(StandardCharsets.UTF_8).strip();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.startsWith("loupe: ") && message.endsWith("."), message);
        assertTrue(message.contains(named), message);
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aShapeIsMeasuredWithoutAFile() {
        assertEquals(
                0,
                run("bench", "--shape", "tiny", "--prompt", "40", "--generate", "3", "--repetitions", "1"),
                err::toString);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("tg3@40"), out::toString);
        assertEquals(1, run("bench", "--shape", "enormous"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("llama2-7b"), err::toString);
    }
}
