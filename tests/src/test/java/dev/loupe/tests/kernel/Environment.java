package dev.loupe.tests.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.tests.Checkout;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What a kernel or a JShell under test runs with: the classes that Maven has just built, and the tools in .venv. */
final class Environment {
    static final Path VENV = Checkout.ROOT.resolve(".venv");
    static final Path JJAVA = VENV.resolve("share/jupyter/kernels/java/jjava.jar");
    static final Path JDK = Path.of(System.getProperty("java.home"));

    /** Flags of the launcher; every Java under test gets them. */
    static final List<String> FLAGS = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=jdk.jshell/jdk.jshell=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Djava.awt.headless=true",
            "-Dloupe.home=" + Checkout.ROOT);

    /** Libraries that tests or another kernel bring, and that a user's kernel does not have. */
    private static final List<String> OTHERS =
            List.of("jjava", "gson", "jeromq", "jnacl", "junit", "archunit", "opentest4j", "surefire");

    private Environment() {}

    static void assumePython() {
        assumeTrue(Files.isExecutable(VENV.resolve("bin/python")), "skipped: no .venv; ./loupe test sets it up");
    }

    /** Our own classes and the libraries they need. */
    static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        OTHERS.stream().noneMatch(Path.of(entry).getFileName().toString()::contains))
                .filter(entry -> Files.exists(Path.of(entry)))
                .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
