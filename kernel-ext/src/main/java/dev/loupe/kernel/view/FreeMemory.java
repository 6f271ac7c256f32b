package dev.loupe.kernel.view;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory that programs can take without swapping: Linux counts its file cache into it, Java does not. */
final class FreeMemory {
    private FreeMemory() {}

    static long bytes() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .map(available -> Math.min(available, system.getTotalMemorySize()))
                    .findFirst()
                    .orElse(system.getFreeMemorySize());
        } catch (IOException e) {
            return system.getFreeMemorySize();
        }
    }
}
