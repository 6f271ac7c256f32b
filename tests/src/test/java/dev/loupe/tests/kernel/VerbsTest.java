package dev.loupe.tests.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.tests.Checkout;
import dev.loupe.tests.Command;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The verbs in JShell, fed from a pipe, and at a terminal as jshell.py uses it. */
final class VerbsTest {
    private static final Map<String, String> HOME =
            Map.of("HOME", System.getProperty("java.io.tmpdir"), "TERM", "xterm", "LC_ALL", "C.UTF-8");

    private static List<String> line() {
        Environment.assumePython();
        var line = new ArrayList<String>();
        line.add(Environment.JDK.resolve("bin/jshell").toString());
        Environment.FLAGS.forEach(flag -> line.add("-J" + flag));
        line.addAll(List.of(
                "-J--add-modules=ALL-DEFAULT",
                "--execution",
                "local",
                "--class-path",
                Environment.classPath(),
                "--startup",
                "DEFAULT",
                "--startup",
                Checkout.ROOT
                        .resolve("kernel-ext/src/main/resources/dev/loupe/kernel/loupe.jsh")
                        .toString()));
        return line;
    }

    private static Command jshell(String script) {
        List<String> line = line();
        line.addAll(List.of("-s", "-"));
        return Command.run(Checkout.ROOT, HOME, script, line);
    }

    @TestFactory
    List<DynamicTest> atATerminal() throws IOException {
        return KernelChecks.run("jshell.py", HOME, line());
    }

    @Test
    void aPipeGetsResultsAndEndsWithItsInput() {
        Command session = jshell("""
                model("smollm2");
                Run run = generate("The sky is", "max_tokens=5 raw");
                System.out.println("ids: " + run.ids().length);
                dtype("sym_int8");
                chat("Hi", "max_tokens=3");
                perplexity("chunk=64 chunks=2");
                plot("latency");
                plot("memory");
                plot("perplexity");
                status();
                System.out.println("the end");
                """);
        assertEquals(0, session.exit(), session.err());
        String out = session.out();
        for (String part : List.of(
                "llama, 134.5 M parameters",
                "5 tokens at",
                "ids: 5",
                "asym_int4 -> sym_int8",
                "3 tokens at",
                "sym_int8  ",
                "Latency",
                "Memory",
                "Perplexity",
                "sampling",
                "the end")) {
            assertTrue(out.contains(part), () -> "'%s' is missing in:%n%s".formatted(part, out));
        }
        assertFalse(out.contains("\u001b") || out.contains("\r"), "no line is drawn over in a pipe");
        assertTrue(out.codePoints().anyMatch(c -> c >= 0x2580 && c <= 0x28ff), "charts of blocks or braille");
        assertFalse(session.err().contains("Exception"), session.err());
    }

    @Test
    void anErrorIsOneSentenceAndTheNextLineRuns() {
        Command session = jshell("generate(\"Hi\");\nmodel(\"smolm2\");\nSystem.out.println(\"the end\");\n");
        assertEquals(0, session.exit(), session.err());
        assertTrue(session.err().contains("No model is loaded; load one with model(\"smollm2\")."), session.err());
        assertTrue(session.err().contains("did you mean smollm2?"), session.err());
        assertFalse(session.err().contains("at dev.loupe") || session.err().contains("Verbs."), session.err());
        assertTrue(session.out().contains("the end"), session.out());
    }
}
