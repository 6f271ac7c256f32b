package dev.loupe.tests.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.tests.Checkout;
import dev.loupe.tests.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Python scripts that check a kernel, or a whole JupyterLab, from outside. */
final class KernelChecks {
    private static final ObjectMapper JSON = new ObjectMapper();

    private KernelChecks() {}

    /**
     * Runs a script on a kernel.
     *
     * @param name of the kernel, the script's first argument
     * @param main class of the kernel
     * @param scratch folder of the kernelspec and of anything else, the script's second argument
     * @return a test a check
     */
    static List<DynamicTest> run(
            String script, String name, String classPath, String main, Path scratch, String... more)
            throws IOException {
        Environment.assumePython();
        writeSpec(name, classPath, main, scratch);
        var environment =
                Map.of("HOME", scratch.toString(), "JUPYTER_PATH", scratch.toString(), "PATH", System.getenv("PATH"));
        var arguments = new ArrayList<>(List.of(name, scratch.toString()));
        arguments.addAll(List.of(more));
        return run(script, environment, arguments);
    }

    /** Runs a script of src/test/python, which prints a JSON line a check. Returns a test a check. */
    static List<DynamicTest> run(String script, Map<String, String> environment, List<String> arguments)
            throws IOException {
        var line = new ArrayList<>(List.of(
                Environment.VENV.resolve("bin/python").toString(),
                "-B",
                Checkout.ROOT.resolve("tests/src/test/python").resolve(script).toString()));
        line.addAll(arguments);
        Command session = Command.run(Checkout.ROOT, environment, "", line);
        assertEquals(0, session.exit(), session.err());
        var tests = new ArrayList<DynamicTest>();
        for (String printed : session.out().lines().toList()) {
            JsonNode check = JSON.readTree(printed);
            String skipped = check.get("skipped").asText();
            String failure = check.get("failure").asText();
            tests.add(dynamicTest(check.get("check").asText(), () -> {
                assumeTrue(skipped.isEmpty(), skipped);
                assertEquals("", failure);
            }));
        }
        assertFalse(tests.isEmpty(), session.err());
        return tests;
    }

    private static void writeSpec(String name, String classPath, String main, Path scratch) throws IOException {
        List<String> line = Stream.of(
                        List.of(Environment.JDK.resolve("bin/java").toString()),
                        Environment.FLAGS,
                        List.of("-cp", classPath, main, "{connection_file}"))
                .flatMap(List::stream)
                .toList();
        Path folder = Files.createDirectories(scratch.resolve("kernels").resolve(name));
        Files.writeString(
                folder.resolve("kernel.json"),
                JSON.writeValueAsString(
                        Map.of("argv", line, "display_name", name, "language", "java", "interrupt_mode", "message")));
    }
}
