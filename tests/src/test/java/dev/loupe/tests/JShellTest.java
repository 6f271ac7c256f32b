package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code ./loupe jshell} in a pipe: the verbs are there, only what the script shows is shown, and its end is the end.
 */
final class JShellTest {
    @Test
    void aScriptLoadsAModelGeneratesAndPlots() throws IOException {
        Checkout.assumeSetUp();
        Command shell = Command.run(Checkout.ROOT, System.getenv(), """
                model("smollm2");
                Run run = generate("The capital of France is", "raw max_tokens=4 temperature=0");
                System.out.println("ids: " + run.ids().length);
                plot("latency");
                """, List.of("./loupe", "jshell"));
        assertEquals(0, shell.exit(), shell.err());
        assertTrue(shell.out().contains("ids: 4\n"), shell.out() + shell.err());
        assertTrue(shell.out().contains("Paris"), shell.out());
        assertTrue(shell.out().lines().count() > 10, "no chart: " + shell.out());
        assertTrue(
                shell.out().lines().noneMatch(line -> line.contains("Welcome") || line.startsWith("jshell>")),
                shell.out());
        assertTrue(shell.err().lines().allMatch(line -> line.startsWith("WARNING: Using incubator")), shell.err());
    }
}
