package dev.loupe.engine.hub;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The Python environments ({@code .venv}) in which a bundled model may lie: in the project's root, or above the working
 * folder or these classes.
 *
 * <p>Invariant: the root that the launcher names in the system property {@code loupe.home} comes first.
 */
final class PythonPackages {
    private PythonPackages() {}

    /** The environments there are, nearest first. */
    static Set<Path> environments() {
        var found = new LinkedHashSet<Path>();
        String home = System.getProperty("loupe.home");
        if (home != null) {
            addIfThere(found, Path.of(home));
        }
        for (Path start : List.of(Path.of(""), classes())) {
            for (Path folder = start.toAbsolutePath(); folder != null; folder = folder.getParent()) {
                addIfThere(found, folder);
            }
        }
        return found;
    }

    private static void addIfThere(Set<Path> found, Path folder) {
        Path environment = folder.toAbsolutePath().resolve(".venv");
        if (Files.isDirectory(environment)) {
            found.add(environment);
        }
    }

    private static Path classes() {
        try {
            var source = PythonPackages.class.getProtectionDomain().getCodeSource();
            return source == null ? Path.of("") : Path.of(source.getLocation().toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Path.of("");
        }
    }

    /** Where an environment has its packages. */
    static List<Path> sitePackages(Path environment) {
        var folders = new ArrayList<Path>();
        folders.add(environment.resolve("Lib/site-packages"));
        Path lib = environment.resolve("lib");
        if (Files.isDirectory(lib)) {
            try (DirectoryStream<Path> pythons = Files.newDirectoryStream(lib, "python*")) {
                pythons.forEach(python -> folders.add(python.resolve("site-packages")));
            } catch (IOException e) {
                return List.of();
            }
        }
        return folders;
    }
}
