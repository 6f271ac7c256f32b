package dev.loupe.engine.backend.vector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What kernels are chosen by, beside the width of vectors; figures are in {@code engine/PERFORMANCE.md}. */
final class Cpu {
    /** Whether it is one of Intel's with 64 bits; elsewhere than on Linux nobody knows. */
    static final boolean INTEL = System.getProperty("os.arch").equals("amd64") && vendor().equals("GenuineIntel");

    private Cpu() {}

    private static String vendor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("vendor_id"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
