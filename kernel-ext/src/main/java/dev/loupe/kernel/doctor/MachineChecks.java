package dev.loupe.kernel.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The machine: its processor and its memory. */
final class MachineChecks {
    private static final double GIB = 1 << 30;

    private MachineChecks() {}

    static List<Check> all() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return List.of(
                cores(Runtime.getRuntime().availableProcessors(), system.getArch()),
                memory(available(system), system.getTotalMemorySize()),
                heap(Runtime.getRuntime().maxMemory()));
    }

    static Check cores(int cores, String architecture) {
        String value = "%d, %s".formatted(cores, architecture);
        return cores > 1
                ? Check.ok("Cores", value)
                : Check.warn(
                        "Cores", value, "Give the machine or container a second core; with one, all work queues up.");
    }

    static Check memory(long available, long total) {
        String value = String.format(Locale.ROOT, "%.1f of %.1f GiB available", available / GIB, total / GIB);
        return available >= GIB
                ? Check.ok("Memory", value)
                : Check.warn("Memory", value, "Close other programs, or load small models only.");
    }

    static Check heap(long max) {
        String value = String.format(Locale.ROOT, "%.1f GiB at most", max / GIB);
        return max >= GIB / 2
                ? Check.ok("Java heap", value)
                : Check.warn("Java heap", value, "Give Java more with -Xmx1g; weights are outside the heap.");
    }

    /** Memory that programs can take without swapping: Linux counts its file cache into it, Java does not. */
    private static long available(OperatingSystemMXBean system) {
        long free = system.getFreeMemorySize();
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .map(kernel -> Math.min(kernel, system.getTotalMemorySize()))
                    .findFirst()
                    .orElse(free);
        } catch (IOException e) {
            return free;
        }
    }
}
