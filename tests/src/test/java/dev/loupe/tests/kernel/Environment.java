package dev.loupe.tests.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.tests.Checkout;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** Libraries that only our own kernel brings. */
    private static final List<String> KERNEL = List.of("jjava-", "gson-", "jeromq-", "jnacl-", "coursier/interface");

    /** Libraries that only tests bring. */
    private static final List<String> TESTS = List.of("junit", "archunit", "opentest4j", "surefire", "apiguardian");

    private Environment() {}

    static void assumePython() {
        assumeTrue(Files.isExecutable(VENV.resolve("bin/python")), "skipped: no .venv; ./loupe test sets it up");
    }

    /** Our own classes and the libraries they need, as beside a stock kernel. */
    static String classPath() {
        return entries()
                .filter(entry -> KERNEL.stream().noneMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The same with what our own kernel needs besides. */
    static String kernelClassPath() {
        return entries().collect(Collectors.joining(File.pathSeparator));
    }

    private static Stream<String> entries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> TESTS.stream().noneMatch(entry::contains))
                .filter(entry -> Files.exists(Path.of(entry)))
                .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"));
    }
}
