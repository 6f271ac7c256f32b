package dev.loupe.engine.backend.vector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What kernels are chosen by, beside the width of vectors; figures are in {@code engine/PERFORMANCE.md}. */
final class Cpu {
    /** Whether it is one of Intel's with 64 bits; elsewhere than on Linux nobody knows. */
    static final boolean INTEL = of("vendor_id").equals("GenuineIntel");

    /** Whether it has AVX-512, on Linux. */
    static final boolean AVX512 = has("avx512f");

    /** Whether it has AVX-512 and its instructions for neural networks, on Linux. */
    static final boolean VNNI = has("avx512_vnni");

    private Cpu() {}

    private static boolean has(String flag) {
        return List.of(of("flags").split(" ")).contains(flag);
    }

    private static String of(String key) {
        if (!System.getProperty("os.arch").equals("amd64")) {
            return "";
        }
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
