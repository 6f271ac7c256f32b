package dev.loupe.engine.trace;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's memory. */
public final class SystemMemory {
    private SystemMemory() {}

    /** Bytes that can be taken without swapping: what Linux calls available, elsewhere what is free. */
    public static long available() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return free(); // not Linux
        }
        return free();
    }

    /** Bytes that the machine (or the container) has. */
    public static long total() {
        return system().getTotalMemorySize();
    }

    private static long free() {
        return system().getFreeMemorySize();
    }

    private static OperatingSystemMXBean system() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }
}
