package dev.loupe.kernel.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code ./loupe} has set up for notebooks: Python, JupyterLab, the kernel and its jars. */
final class JupyterChecks {
    private JupyterChecks() {}

    static List<Check> all() {
        return home().map(JupyterChecks::in)
                .orElseGet(() -> List.of(Check.warn(
                        "Loupe's folder", "not found", "Start with ./loupe, or give Java -Dloupe.home=FOLDER.")));
    }

    /** The folder that {@code ./loupe} lies in, if this Java was started by it or in it. */
    static Optional<Path> home() {
        String named = System.getProperty("loupe.home");
        for (Path folder = Path.of(named == null ? "" : named).toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("loupe")) && Files.isRegularFile(folder.resolve("pom.xml"))) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }

    static List<Check> in(Path home) {
        Path venv = home.resolve(".venv");
        return List.of(Check.ok("Loupe's folder", home.toString()), python(venv), jupyterLab(venv), kernel(venv, home));
    }

    private static Check python(Path venv) {
        return lines(venv.resolve("pyvenv.cfg")).stream()
                .filter(line -> line.matches("version\\s*=.*"))
                .map(line -> Check.ok("Python", line.replaceFirst("version\\s*=\\s*", "")))
                .findFirst()
                .orElseGet(() -> missing("Python", "./loupe run or ./loupe lab"));
    }

    private static Check jupyterLab(Path venv) {
        return find(venv.resolve("lib"), 3, "jupyterlab-\\d.*\\.dist-info")
                .map(path -> path.getFileName().toString().replaceAll("jupyterlab-|\\.dist-info", ""))
                .map(version -> Check.ok("JupyterLab", version))
                .orElseGet(() -> missing("JupyterLab", "./loupe run or ./loupe lab"));
    }

    private static Check kernel(Path venv, Path home) {
        Path spec = venv.resolve("share/jupyter/kernels/loupe/kernel.json");
        if (!Files.isRegularFile(spec)) {
            return missing("Kernel", "./loupe run or ./loupe lab");
        }
        return find(home.resolve("build/lib"), 1, "loupe-kernel-ext-.*\\.jar").isPresent()
                ? Check.ok("Kernel", spec.getParent().toString())
                : missing("Kernel's jars", "./loupe doctor");
    }

    private static Check missing(String name, String command) {
        return Check.fail(name, "not set up", "Run %s once: it sets up what is missing.".formatted(command));
    }

    private static Optional<Path> find(Path folder, int depth, String name) {
        try (var files = Files.walk(folder, depth)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
