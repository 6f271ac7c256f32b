package dev.loupe.engine.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where NVIDIA's libraries beyond the driver may lie: toolkits, and Python packages such as {@code nvidia-cuda-nvrtc}
 * and {@code nvidia-cublas}. The system property {@code loupe.cuda.libraries} names folders that are looked into first.
 */
final class CudaLibraries {
    private CudaLibraries() {}

    /** Files of all folders that begin with {@code prefix} and not with {@code except}. */
    static List<Path> files(String prefix, String except) {
        return folders().stream()
                .flatMap(folder -> files(folder, prefix).stream())
                .filter(file -> !file.getFileName().toString().startsWith(except))
                .filter(file -> !file.getFileName().toString().contains(".alt."))
                .toList();
    }

    /** Files of a folder that begin with a prefix, the newest version first. */
    static List<Path> files(Path folder, String prefix) {
        return list(folder).stream()
                .filter(file -> file.getFileName().toString().startsWith(prefix))
                .sorted(Comparator.comparing((Path file) -> file.getFileName().toString())
                        .reversed())
                .toList();
    }

    private static List<Path> folders() {
        var folders = new ArrayList<Path>();
        String named = System.getProperty("loupe.cuda.libraries");
        if (named != null) {
            for (String folder : named.split(File.pathSeparator)) {
                folders.add(Path.of(folder));
            }
        }
        String home = System.getProperty("loupe.home");
        if (home != null) {
            for (Path python : list(Path.of(home, ".venv", "lib"))) {
                list(python.resolve("site-packages/nvidia")).forEach(p -> folders.add(p.resolve("lib")));
            }
        }
        list(Path.of("/usr/local")).stream()
                .filter(p -> p.getFileName().toString().startsWith("cuda"))
                .forEach(p -> folders.add(p.resolve("lib64")));
        folders.add(Path.of("/opt/cuda/lib64"));
        folders.add(Path.of("/usr/lib/x86_64-linux-gnu"));
        folders.add(Path.of("/usr/lib/aarch64-linux-gnu"));
        folders.add(Path.of("/usr/lib64"));
        return folders;
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.reverseOrder()).toList();
        } catch (IOException e) {
            return List.of(); // not there
        }
    }
}
