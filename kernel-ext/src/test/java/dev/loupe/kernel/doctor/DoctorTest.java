package dev.loupe.kernel.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.kernel.doctor.Check.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorTest {
    @Test
    void looksAtJavaAndTheMachineAndFindsThemFitForTheTests() {
        List<Check> checks = Doctor.examine();
        for (String name : List.of("Java", "Vector API", "Native access")) {
            Check check = checks.stream()
                    .filter(c -> c.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            assertEquals(Outcome.OK, check.outcome(), check.toString());
        }
    }

    @Test
    void anOlderJavaFailsWithTheVersionToInstall() {
        Check check = JavaChecks.java(17);
        assertEquals(Outcome.FAIL, check.outcome());
        assertTrue(check.remedy().contains("JDK 25"), check.remedy());
    }

    @Test
    void whatIsLessThanUsualIsNoted() {
        assertEquals(Outcome.WARN, MachineChecks.cores(1, "amd64").outcome());
        assertEquals(Outcome.WARN, MachineChecks.memory(1L << 29, 1L << 32).outcome());
        assertEquals(Outcome.WARN, MachineChecks.heap(1L << 28).outcome());
        assertEquals(
                "4.0 of 8.0 GiB available",
                MachineChecks.memory(4L << 30, 8L << 30).value());
    }

    @Test
    void aFreshCloneHasNothingSetUp(@TempDir Path home) {
        List<Check> checks = JupyterChecks.in(home);
        assertFalse(checks.isEmpty());
        checks.stream().skip(1).forEach(check -> assertEquals(Outcome.FAIL, check.outcome(), check.toString()));
    }

    @Test
    void versionsAreReadFromWhatIsInstalled(@TempDir Path home) throws IOException {
        Path venv = home.resolve(".venv");
        Files.createDirectories(venv.resolve("lib/python3.12/site-packages/jupyterlab-4.6.6.dist-info"));
        Files.createDirectories(venv.resolve("lib/python3.12/site-packages/jupyterlab_server-2.0.0.dist-info"));
        Files.writeString(venv.resolve("pyvenv.cfg"), "home = /usr/bin\nversion = 3.12.1\n");
        var values = JupyterChecks.in(home).stream().map(Check::value).toList();
        assertTrue(values.containsAll(List.of("3.12.1", "4.6.6")), values.toString());
    }

    @Test
    void aProblemWithoutARemedyIsAMistakeOfTheDoctor() {
        assertThrows(IllegalArgumentException.class, () -> Check.warn("x", "y", ""));
        assertThrows(IllegalArgumentException.class, () -> new Check("x", Outcome.OK, "y", "z"));
    }

    @Test
    void aStockKernelIsToldWhatItLacks() {
        assertEquals(List.of(), KernelChecks.of("dev.loupe.kernel.cli.Main doctor"));
        assertEquals(
                Check.Outcome.OK,
                KernelChecks.of("dev.loupe.kernel.notebook.Main x.json")
                        .getFirst()
                        .outcome());
        Check stock = KernelChecks.of("org.dflib.jjava.distro.JJava x.json").getFirst();
        assertEquals("stock JJava", stock.value());
        assertTrue(stock.remedy().contains("$name"), stock.remedy());
    }

    @Test
    void hugePagesAreMissedOnlyWhereLinuxNeverGivesThem(@TempDir Path system) throws IOException {
        Path setting = system.resolve("enabled");
        assertEquals(Optional.empty(), MachineChecks.hugePages(setting));
        for (String fine : List.of("[always] madvise never\n", "always [madvise] never\n")) {
            Files.writeString(setting, fine);
            assertEquals(
                    Outcome.OK, MachineChecks.hugePages(setting).orElseThrow().outcome(), fine);
        }
        Files.writeString(setting, "always madvise [never]\n");
        Check never = MachineChecks.hugePages(setting).orElseThrow();
        assertEquals(Outcome.WARN, never.outcome());
        assertTrue(never.remedy().contains("echo madvise | sudo tee " + setting), never.remedy());
    }

    @Test
    void theVersionIsToldFirst() {
        assertEquals("Loupe", Doctor.examine().getFirst().name());
        assertEquals("1.2.3", JavaChecks.loupe("1.2.3").value());
    }

    @Test
    void anUnusedCacheIsTold() {
        var cached = List.of("-XX:AOTCache=build/commands.aot", "-Xbootclasspath/a:build/vector/api.jar");
        assertEquals(
                "without an AOT cache",
                JavaChecks.start(List.of(), "mixed mode").value());
        assertEquals(Outcome.WARN, JavaChecks.start(cached, "mixed mode").outcome());
        assertTrue(JavaChecks.start(cached, "mixed mode, sharing").value().endsWith("profiles"));
    }

    @Test
    void anInterpreterIsTold() {
        assertEquals(Check.Outcome.OK, JavaChecks.compiler(List.of("-Xmx2g")).outcome());
        assertTrue(JavaChecks.compiler(List.of("-Xint")).remedy().contains("-Xint"));
    }
}
