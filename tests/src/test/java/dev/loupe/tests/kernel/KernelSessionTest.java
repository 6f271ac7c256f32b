package dev.loupe.tests.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.tests.Checkout;
import dev.loupe.tests.Command;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The magics in a real stock kernel with the real default model, as kernel_session.py checks them. */
final class KernelSessionTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path scratch;

    @TestFactory
    List<DynamicTest> stockKernel() throws IOException {
        Environment.assumePython();
        writeKernelSpec();
        Command session = Command.run(
                Checkout.ROOT,
                Map.of(
                        "HOME", scratch.toString(),
                        "JUPYTER_PATH", scratch.toString(),
                        "PATH", System.getenv("PATH"),
                        "PYTHONDONTWRITEBYTECODE", "1"),
                "",
                List.of(
                        Environment.VENV.resolve("bin/python").toString(),
                        Checkout.ROOT
                                .resolve("tests/src/test/python/kernel_session.py")
                                .toString(),
                        "loupe-under-test",
                        scratch.toString(),
                        ModelStore.find("smollm2").toString()));
        assertEquals(0, session.exit(), session.err());
        var tests = new ArrayList<DynamicTest>();
        for (String line : session.out().lines().toList()) {
            JsonNode check = JSON.readTree(line);
            String failure = check.get("failure").asText();
            tests.add(dynamicTest(check.get("check").asText(), () -> assertEquals("", failure)));
        }
        assertFalse(tests.isEmpty(), session.err());
        return tests;
    }

    private void writeKernelSpec() throws IOException {
        var line = new ArrayList<String>();
        line.add(Environment.JDK.resolve("bin/java").toString());
        line.addAll(Environment.FLAGS);
        line.addAll(List.of(
                "-cp",
                Environment.classPath() + File.pathSeparator + Environment.JJAVA,
                "org.dflib.jjava.distro.JJava",
                "{connection_file}"));
        Path folder = Files.createDirectories(scratch.resolve("kernels/loupe-under-test"));
        Files.writeString(
                folder.resolve("kernel.json"),
                JSON.writeValueAsString(Map.of(
                        "argv", line, "display_name", "Loupe", "language", "java", "interrupt_mode", "message")));
    }
}
