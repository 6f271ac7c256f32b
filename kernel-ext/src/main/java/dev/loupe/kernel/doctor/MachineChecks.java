package dev.loupe.kernel.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The machine: its processor, its memory, and the pages that weights lie in. */
final class MachineChecks {
    private static final double GIB = 1 << 30;
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

    private MachineChecks() {}

    static List<Check> all() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var checks = new ArrayList<>(List.of(
                cores(Runtime.getRuntime().availableProcessors(), system.getArch()),
                memory(available(system), system.getTotalMemorySize())));
        hugePages(HUGE_PAGES).ifPresent(checks::add);
        checks.add(heap(Runtime.getRuntime().maxMemory()));
        return checks;
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

    /**
     * Weights ask for huge pages (<a
     * href="https://docs.kernel.org/admin-guide/mm/transhuge.html">transparent_hugepage</a>): Linux gives them unless
     * it is set to never.
     *
     * @param setting the file with the choices, the one in force in brackets; elsewhere than on Linux there is none
     */
    static Optional<Check> hugePages(Path setting) {
        Matcher chosen;
        try {
            chosen = CHOSEN.matcher(Files.readString(setting));
        } catch (IOException e) {
            return Optional.empty();
        }
        if (!chosen.find()) {
            return Optional.empty();
        }
        String value = chosen.group(1);
        return Optional.of(
                value.equals("never")
                        ? Check.warn(
                                "Huge pages",
                                value,
                                "Reading weights takes up to 1.5 times as long: allow them with"
                                        + " 'echo madvise | sudo tee %s'.".formatted(setting))
                        : Check.ok("Huge pages", value));
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
