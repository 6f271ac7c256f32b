package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on a machine where each of its helpers may be missing, old, or without a network. */
final class LauncherTest {
    @TempDir
    private Path folder;

    private FakeMachine machine;

    @BeforeEach
    void aBareMachine() throws IOException {
        machine = new FakeMachine(folder);
    }

    @Test
    void helpNeedsNothingAndLeavesNothing() {
        Command help = machine.loupe(Map.of(), "help");
        assertEquals(0, help.exit());
        assertEquals("", help.err());
        for (String command : "lab run jshell install test generate perplexity bench models doctor".split(" ")) {
            assertTrue(help.out().contains("\n  " + command + " "), command);
        }
        assertFalse(Files.exists(machine.clone.resolve("build")));
        assertEquals(help.out(), machine.loupe(Map.of()).out());
    }

    @Test
    void anUnknownCommandIsNamed() {
        Command unknown = machine.loupe(Map.of(), "frobnicate");
        assertEquals(2, unknown.exit());
        assertOneSentence(unknown, "frobnicate");
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws IOException {
        machine.jdk("jdk-17", "17.0.15");
        Command run = machine.loupe(Map.of(), "models");
        assertEquals(1, run.exit());
        assertOneSentence(run, "JDK 25");
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws IOException {
        machine.jdk("jdk-25", "25.0.3");
        assertOneSentence(machine.loupe(Map.of(), "models"), "Maven 3.8");
        machine.maven("3.6.3", "exit 1");
        assertOneSentence(machine.loupe(Map.of(), "models"), "Maven 3.8");
        assertEquals(0, machine.builds());
    }

    @Test
    void withoutPythonItSaysWhatToInstall() throws IOException {
        machine.jdk("jdk-25", "25.0.3");
        machine.maven();
        Command run = machine.loupe(Map.of(), "models");
        assertEquals(1, run.exit());
        assertTrue(lastLine(run).contains("Python 3.10"), run.err());
    }

    @Test
    void withoutANetworkItSaysSo() throws IOException {
        machine.jdk("jdk-25", "25.0.3");
        machine.maven("3.8.7", "echo '[ERROR] Could not transfer artifact a:b:1'; exit 1");
        assertTrue(lastLine(machine.loupe(Map.of(), "models")).contains("needs the network"));
        machine.maven();
        machine.python("echo 'NewConnectionError: Temporary failure in name resolution'; exit 1");
        Command run = machine.loupe(Map.of(), "models");
        assertEquals(1, run.exit());
        assertTrue(lastLine(run).contains("needs the network"), run.err());
    }

    @Test
    void aBrokenSourceShowsTheCompilersWords() throws IOException {
        machine.jdk("jdk-25", "25.0.3");
        machine.maven("3.8.7", "echo '[ERROR] Decoder.java:[7,1] missing semicolon'; exit 1");
        Command run = machine.loupe(Map.of(), "models");
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("missing semicolon"), run.err());
    }

    @Test
    void javaHomeComesFirstThenThePathThenTheNewest() throws IOException {
        machine.maven();
        machine.python("true");
        Path old = machine.jdk("jdk-17", "17.0.15");
        Path middle = machine.jdk("jdk-25", "25");
        Path newest = machine.jdk("jdk-26", "26.0.1");
        assertEquals(newest + "/bin/java", java(Map.of()));
        assertEquals(newest + "/bin/java", java(Map.of("JAVA_HOME", old.toString())));
        assertEquals(middle + "/bin/java", java(Map.of("JAVA_HOME", middle.toString())));
        Files.createSymbolicLink(folder.resolve("bin/javac"), middle.resolve("bin/javac"));
        assertEquals(middle.toRealPath() + "/bin/java", java(Map.of()));
    }

    private String java(Map<String, String> environment) {
        return machine.loupe(environment, "models").out().lines().findFirst().orElse("");
    }

    @Test
    void laterCallsRebuildOnlyWhatChanged() throws IOException {
        ready();
        Command first = machine.loupe(Map.of(), "generate", "--prompt", "two words");
        assertEquals(0, first.exit(), first.err());
        List<String> arguments = first.out().lines().toList();
        assertEquals(
                List.of("generate", "--prompt", "two words"),
                arguments.subList(arguments.size() - 3, arguments.size()));
        assertTrue(arguments.contains(machine.clone.toRealPath() + "/build/lib/*"), first.out());

        assertEquals("", machine.loupe(Map.of(), "models").err());
        assertEquals(List.of(1, 1), List.of(machine.builds(), machine.installs()));

        Path source = Files.writeString(machine.clone.resolve("kernel-ext/src/main/New.java"), "class New {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
        machine.loupe(Map.of(), "models");
        assertEquals(List.of(2, 1), List.of(machine.builds(), machine.installs()));

        Files.writeString(machine.clone.resolve("requirements.txt"), "jupyterlab==4.6.7\n");
        machine.loupe(Map.of(), "models");
        assertEquals(2, machine.installs());
    }

    @Test
    void threeAtOnceSetUpOnce() throws Exception {
        ready();
        machine.maven("3.9.9", "sleep 1; mkdir -p kernel-ext/target/lib && echo jar >kernel-ext/target/lib/loupe.jar");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Command> call = () -> machine.loupe(Map.of(), "models");
            for (Future<Command> run : threads.invokeAll(List.of(call, call, call))) {
                assertEquals(0, run.get().exit(), run.get().err());
            }
        }
        assertEquals(List.of(1, 1), List.of(machine.builds(), machine.installs()));
    }

    @Test
    void aSetUpThatWasKilledDoesNotBlockTheNext() throws IOException {
        ready();
        Files.createDirectories(machine.clone.resolve("build"));
        Files.createSymbolicLink(machine.clone.resolve("build/lock"), Path.of("99999999"));
        assertEquals(0, machine.loupe(Map.of(), "models").exit());
        assertFalse(Files.isSymbolicLink(machine.clone.resolve("build/lock")));
    }

    @Test
    void theKernelRunsTheJavaThatWasFoundWithItsFlags() throws IOException {
        ready();
        machine.loupe(Map.of(), "models");
        Path spec = machine.clone.resolve(".venv/share/jupyter/kernels/loupe/kernel.json");
        var kernel = new ObjectMapper().readTree(spec.toFile());
        List<String> argv =
                kernel.get("argv").valueStream().map(node -> node.asText()).toList();
        assertTrue(argv.getFirst().endsWith("jdk-25/bin/java"), argv.toString());
        assertEquals("{connection_file}", argv.getLast());
        assertEquals("jdk.incubator.vector", argv.get(argv.indexOf("--add-modules") + 1));
        assertTrue(argv.get(argv.indexOf("-cp") + 1).startsWith(machine.clone.toRealPath() + "/build/lib/*:"));
        assertEquals("Loupe (Java 25)", kernel.get("display_name").asText());
    }

    @Test
    void commandsHaveTheVectorApiOnTheBootClassPathOrAsAModule() throws IOException {
        ready();
        Command module = machine.loupe(Map.of(), "models");
        assertTrue(module.out().contains("--add-modules\njdk.incubator.vector\n"), module.out());

        Path jdk = machine.jdk("jdk-25", "25.0.9");
        machine.vectorApi(jdk);
        Command boot = machine.loupe(Map.of(), "models");
        assertTrue(boot.out().contains("-Xbootclasspath/a:"), boot.out() + boot.err());
        assertTrue(boot.out().contains("--add-exports=java.base/jdk.internal.vm.vector=ALL-UNNAMED\n"), boot.out());
        assertFalse(boot.out().contains("--add-modules"), boot.out());
    }

    @Test
    void codeBesideTheKernelsIsCompiledLaterUnlessAGpuWaitsForIt() throws IOException {
        ready();
        Command cpu = machine.loupe(Map.of(), "bench", "--device", "cpu");
        assertTrue(cpu.out().contains("-XX:CompileThresholdScaling=10\n"), cpu.out());
        Command gpu = machine.loupe(Map.of(), "bench", "--device", "cuda layers=20");
        assertTrue(gpu.out().contains("-XX:CompileThresholdScaling=1\n"), gpu.out());
    }

    @Test
    void testEndsWithWhatWasSkippedAndMavensVerdict() throws IOException {
        ready();
        Command all = machine.loupe(Map.of(), "test");
        assertEquals(0, all.exit(), all.err());
        assertTrue(all.out().endsWith("loupe: no test was skipped.\n"), all.out());

        String line = "skipped: no ../shared (GoldenTest, 3 tests)";
        machine.maven(
                "3.9.9", "mkdir -p engine/target; echo '%s' >>engine/target/skipped-tests.txt; exit 1".formatted(line));
        machine.loupe(Map.of(), "test");
        Command again = machine.loupe(Map.of(), "test");
        assertEquals(1, again.exit());
        assertEquals("loupe: " + line + "\n", again.out());
    }

    @Test
    void testFetchesItsModelOnceAndGoesOnWithoutIt() throws IOException {
        ready();
        machine.python("case \"$*\" in *requirements-test.txt*) exit 1 ;; esac");
        Command offline = machine.loupe(Map.of(), "test");
        assertEquals(0, offline.exit(), offline.err());
        assertTrue(offline.err().contains("cannot be fetched, so their tests are skipped"), offline.err());

        machine.python("true");
        Files.delete(machine.clone.resolve(".venv/bin/python"));
        machine.loupe(Map.of(), "test");
        int installs = machine.installs();
        machine.loupe(Map.of(), "test");
        assertEquals(installs, machine.installs());
    }

    private void ready() throws IOException {
        machine.jdk("jdk-25", "25.0.3");
        machine.maven();
        machine.python("true");
    }

    private static void assertOneSentence(Command run, String named) {
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("loupe: ") && run.err().endsWith(".\n"), run.err());
        assertTrue(run.err().contains(named), run.err());
        assertEquals("", run.out());
    }

    private static String lastLine(Command run) {
        return run.err().lines().toList().getLast();
    }
}
