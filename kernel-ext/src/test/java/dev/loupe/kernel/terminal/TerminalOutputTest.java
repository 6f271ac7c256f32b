package dev.loupe.kernel.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.kernel.view.Output;
import dev.loupe.kernel.view.View;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TerminalOutputTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final TerminalOutput pipe = new TerminalOutput(out, false);
    private final TerminalOutput terminal = new TerminalOutput(out, true);

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void aPipeGetsResultsOnly() {
        try (Output.Live live = pipe.live()) {
            live.update(View.text("[==  ] 50 %"));
            live.finish(View.text("done"));
        }
        Output.Text text = pipe.text();
        text.append("naïve ");
        text.append("text");
        text.end("2 tokens");
        assertEquals("done\nnaïve text\n2 tokens\n", written());
    }

    @Test
    void aTerminalsLineIsDrawnOverAndWiped() {
        try (Output.Live live = terminal.live()) {
            live.update(View.text("above\n[=   ] 25 %"));
            live.update(View.text("x".repeat(100)));
        }
        assertEquals("\r\u001b[K[=   ] 25 %\r\u001b[K" + "x".repeat(79) + "\r\u001b[K", written());
    }

    @Test
    void callsAreJava() {
        assertEquals("status()", pipe.call("status", ""));
        assertEquals("dtype(\"sym_int4\")", pipe.call("dtype", "sym_int4"));
        assertEquals(
                "generate(\"The sky is\", \"max_tokens=20 raw\")",
                pipe.call("generate", "\"The sky is\" max_tokens=20 raw"));
        assertEquals("generate(\"Why?\", \"max_tokens=60\")", pipe.call("generate", "max_tokens=60\nWhy?"));
    }
}
