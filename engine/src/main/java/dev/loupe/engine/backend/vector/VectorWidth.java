package dev.loupe.engine.backend.vector;

import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * How fast the kernels are with vectors of each width that this CPU has: measured once for a CPU, a Java and a version
 * of Loupe, and remembered in {@code ~/.cache/loupe}. All kernels of a process take the width that is best over all
 * dtypes, for species must be constants of the classes.
 *
 * <p>Invariants: the width changes no bit of any result; a file that is damaged, or of something else, counts as none.
 *
 * @param readings of every dtype measured at every width
 */
public record VectorWidth(List<Reading> readings) {
    private static final int WIDEST = 512;
    private static final int NARROWEST = 128;
    private static final int TURNS = 2;

    /** How many times as fast a narrower width must be, so that chance does not choose it. */
    private static final double CLEARLY = 1.1;

    /**
     * Weights read by one thread for one token.
     *
     * @param gigabytes 10^9 bytes in a second
     */
    public record Reading(String dtype, int bits, double gigabytes) {
        static Reading parse(String line) {
            String[] words = line.split(" ");
            var reading = new Reading(words[0], Integer.parseInt(words[1]), Double.parseDouble(words[2]));
            if (!widths().contains(reading.bits) || !(reading.gigabytes > 0 && reading.gigabytes < 1e6)) {
                throw new NumberFormatException(line);
            }
            return reading;
        }

        String line() {
            return dtype + " " + bits + " " + gigabytes;
        }
    }

    public VectorWidth {
        readings = List.copyOf(readings);
    }

    /** The widths that are worth trying, the widest first; a single one where there is no choice. */
    static List<Integer> widths() {
        int widest = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), NARROWEST, WIDEST);
        return widest > NARROWEST ? List.of(widest, widest / 2) : List.of(widest);
    }

    /** What the kernels of this process take: the best that is remembered, or else the widest. */
    static int chosen() {
        return remembered(folder()).map(VectorWidth::best).orElse(widths().getFirst());
    }

    /** The quickest over all dtypes, by the mean of their logarithms. */
    public int best() {
        int best = widths().getFirst();
        for (int bits : widths()) {
            best = mean(bits) > CLEARLY * mean(best) ? bits : best;
        }
        return best;
    }

    private double mean(int bits) {
        return Math.exp(readings.stream()
                .filter(reading -> reading.bits == bits)
                .mapToDouble(reading -> Math.log(reading.gigabytes))
                .average()
                .orElse(0));
    }

    /** What was measured on such a CPU before. */
    public static Optional<VectorWidth> remembered() {
        return remembered(folder());
    }

    /**
     * What is remembered, or else measured now, which takes some seconds, and kept. Processes that start later go by
     * it. Empty where there is no choice, or nothing can be measured.
     */
    public static Optional<VectorWidth> measured(Progress progress) {
        Optional<VectorWidth> known = remembered(folder());
        return known.isPresent() || widths().size() == 1 ? known : measure(folder(), progress);
    }

    static Optional<VectorWidth> remembered(Path folder) {
        try {
            List<String> lines = Files.readAllLines(file(folder));
            if (!lines.getFirst().equals(machine())) {
                return Optional.empty();
            }
            var readings = lines.stream().skip(1).map(Reading::parse).toList();
            boolean whole = widths().stream().allMatch(bits -> readings.stream().anyMatch(r -> r.bits == bits));
            return whole ? Optional.of(new VectorWidth(readings)) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // never measured, or not by us
        }
    }

    static Optional<VectorWidth> measure(Path folder, Progress progress) {
        var best = new LinkedHashMap<String, Reading>();
        int done = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            for (int bits : widths()) {
                progress.update("measure vector widths", done++, TURNS * widths().size());
                WidthTrial.run(bits)
                        .forEach(reading ->
                                best.merge(reading.dtype + bits, reading, (a, b) -> a.gigabytes > b.gigabytes ? a : b));
            }
        }
        progress.update("measure vector widths", done, done);
        boolean whole =
                widths().stream().allMatch(bits -> best.values().stream().anyMatch(r -> r.bits == bits));
        if (!whole) {
            return Optional.empty();
        }
        var measured = new VectorWidth(List.copyOf(best.values()));
        measured.keep(folder);
        return Optional.of(measured);
    }

    void keep(Path folder) {
        var lines = new ArrayList<>(List.of(machine()));
        readings.forEach(reading -> lines.add(reading.line()));
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "width", ".part");
            Files.write(part, lines);
            Files.move(part, file(folder), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            return; // a folder that cannot be written to: measured again when asked for
        }
    }

    private static Path folder() {
        return Path.of(System.getProperty("user.home"), ".cache", "loupe", "cpu");
    }

    static Path file(Path folder) {
        return folder.resolve("width-%08x.txt".formatted(machine().hashCode()));
    }

    /** What a measurement holds for. */
    private static String machine() {
        String version = VectorWidth.class.getPackage().getImplementationVersion();
        return String.join("; ", cpu(), Runtime.version().toString(), "Loupe " + version, "" + widths());
    }

    private static String cpu() {
        try (InputStream in = Files.newInputStream(Path.of("/proc/cpuinfo"))) {
            return new String(in.readNBytes(4096), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("(model name|CPU part|cpu family|model)\\s*:.*"))
                    .limit(3)
                    .map(line -> line.replaceAll("\\s+", " "))
                    .reduce("", (a, b) -> a + b + ", ");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
