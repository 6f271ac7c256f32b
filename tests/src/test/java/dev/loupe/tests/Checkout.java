package dev.loupe.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/** The folder that the tests run in: the launcher, the sources, what has been built. */
public final class Checkout {
    public static final Path ROOT = root();

    private Checkout() {}

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("loupe"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /**
     * Aborts a test that needs a checkout that is set up, where something changed since: {@code ./loupe} would build
     * while Maven does.
     */
    public static void assumeSetUp() throws IOException {
        Path stamp = ROOT.resolve("build/stamp");
        boolean current = Files.exists(stamp) && Files.exists(ROOT.resolve(".venv/requirements.txt"));
        if (current) {
            FileTime built = Files.getLastModifiedTime(stamp);
            for (String module : List.of("engine", "viz", "datasets", "kernel-ext")) {
                current &= olderThan(built, ROOT.resolve(module + "/src/main"));
            }
        }
        assumeTrue(current, "skipped: not set up, or changed since; ./loupe test sets up and runs this");
    }

    private static boolean olderThan(FileTime time, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.getLastModifiedTime(file).compareTo(time) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Files of a kind in a folder of the checkout, sorted; build outputs left out. */
    static List<Path> files(String folder, String ending) throws IOException {
        Path start = ROOT.resolve(folder);
        try (Stream<Path> files = Files.walk(start)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> Stream.of("target", "build", ".venv", ".git", ".ipynb_checkpoints")
                            .noneMatch(name -> start.relativize(file).startsWith(name)
                                    || start.relativize(file).toString().contains("/" + name + "/")))
                    .sorted()
                    .toList();
        }
    }
}
