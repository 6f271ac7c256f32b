package dev.loupe.kernel.notebook;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where JShell finds Javadoc: the JDK's sources, and our own, which our jars carry in META-INF/sources.
 *
 * <p>JShell looks for the JDK's only and has no option for others, but a field for its tests. Invariant: where that
 * field is closed or gone, documentation has signatures without Javadoc and nothing fails.
 */
final class Sources {
    private static final String OURS = "META-INF/sources";
    private static boolean told;

    private Sources() {}

    /** Tells JShell; once a process. */
    static synchronized void tell() {
        if (told) {
            return;
        }
        told = true;
        try {
            var field = Class.forName("jdk.jshell.SourceCodeAnalysisImpl").getDeclaredField("availableSourcesOverride");
            field.setAccessible(true);
            field.set(null, all());
        } catch (ReflectiveOperationException | RuntimeException e) {
            return; // signatures alone, then
        }
    }

    private static List<Path> all() {
        var all = new ArrayList<Path>();
        Path zip = Path.of(System.getProperty("java.home"), "lib", "src.zip");
        for (Path root : in(zip, "")) {
            try (var modules = Files.list(root)) {
                modules.filter(Files::isDirectory).forEach(all::add);
            } catch (IOException e) {
                continue; // a JDK without sources
            }
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            all.addAll(in(Path.of(entry), OURS));
        }
        return all;
    }

    /** A folder in a jar or folder, if it is there. The file system stays open as long as the kernel. */
    private static List<Path> in(Path place, String folder) {
        try {
            if (Files.isDirectory(place)) {
                return Files.isDirectory(place.resolve(folder)) ? List.of(place.resolve(folder)) : List.of();
            }
            boolean ours = !folder.isEmpty() && !place.getFileName().toString().startsWith("loupe-");
            if (ours || !Files.isRegularFile(place)) {
                return List.of();
            }
            FileSystem inside = FileSystems.newFileSystem(place);
            Path found = inside.getPath("/", folder);
            return Files.isDirectory(found) ? List.of(found) : List.of();
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
    }
}
