package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.tests.Command;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The memory of SmolLM2's weights: as many bytes as the dtype says, and given back when the dtype changes. */
final class MemoryTest {
    private static final double MIB = 1 << 20;
    private static final double PARAMETERS = 134_515_008;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int SWITCHES = 10;

    @Test
    void theLedgerCountsTheBytesOfTheDtype() {
        try (Llm llm = Loupe.load("smollm2")) {
            for (DType dtype : List.of(
                    DTypes.FP32,
                    DTypes.FP16,
                    DTypes.SYM_INT8,
                    DTypes.FP6_E2M3,
                    DTypes.SYM_INT4,
                    DTypes.MXFP4,
                    DTypes.NF3)) {
                llm.dtype("%s embed=%1$s".formatted(dtype.id()));
                double expected = PARAMETERS * dtype.blockBytes() / dtype.blockElements();
                assertEquals(expected, llm.status().memory().weightBytes(), 0.02 * expected, dtype.id());
            }
        }
    }

    /**
     * In a process of its own, whose heap is touched beforehand, so that what is resident changes with native memory
     * alone: a switch changes it by what the ledger says, and ten leave no growth, both within 2 % of fp16's weights. A
     * single reading may hold what the JVM's compilers use just then, so the first counts the median and the second the
     * least.
     */
    @Test
    void whatIsResidentGrowsAndShrinksWithIt() {
        assumeTrue(Files.exists(STATUS), "skipped: the system tells no resident size in " + STATUS);
        List<Switch> switches = child().lines()
                .filter(line -> line.startsWith("fp16"))
                .skip(1) // compiles most of the code
                .map(Switch::of)
                .toList();
        assertEquals(SWITCHES, switches.size());
        Switch first = switches.getFirst();
        for (Switch now : switches) {
            assertEquals(first.halves(), now.halves(), "the ledger's fp16");
            assertEquals(first.fours(), now.fours(), "the ledger's sym_int4");
        }
        double tolerance = 0.02 * first.halves();
        double[] freed = switches.stream()
                .mapToDouble(s -> s.residentHalves() - s.residentFours())
                .sorted()
                .toArray();
        double median = (freed[SWITCHES / 2 - 1] + freed[SWITCHES / 2]) / 2;
        assertEquals(first.halves() - first.fours(), median, tolerance, switches::toString);
        double before = least(switches.subList(0, SWITCHES / 2));
        double after = least(switches.subList(SWITCHES / 2, SWITCHES));
        assertTrue(after - before < tolerance, switches::toString);
    }

    private static double least(List<Switch> switches) {
        return switches.stream().mapToDouble(Switch::residentFours).min().orElseThrow();
    }

    /** MiB by the ledger and resident, as fp16 and then as sym_int4. */
    private record Switch(double halves, double residentHalves, double fours, double residentFours) {
        static Switch of(String line) {
            double[] mib = Stream.of(line.split(" "))
                    .skip(1)
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            return new Switch(mib[0], mib[1], mib[2], mib[3]);
        }
    }

    private static String child() {
        var line = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-Xms256m",
                "-Xmx256m"));
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        Command command = Command.run(Path.of("").toAbsolutePath(), Map.of(), "", line);
        assertEquals(0, command.exit(), command.err());
        return command.out();
    }

    /** Switches a model to and fro and prints what it takes. */
    static final class Child {
        public static void main(String[] args) throws IOException, InterruptedException {
            try (Llm llm = Loupe.load("smollm2")) {
                for (int i = 0; i <= SWITCHES; i++) {
                    llm.dtype("fp16");
                    double halves = llm.status().memory().weightBytes() / MIB;
                    double residentHalves = resident();
                    llm.dtype("sym_int4");
                    double fours = llm.status().memory().weightBytes() / MIB;
                    System.out.println("fp16 %s %s %s %s".formatted(halves, residentHalves, fours, resident()));
                }
            }
        }

        /** MiB of memory that is no file's, once the compilers rest or after ten seconds. */
        private static double resident() throws IOException, InterruptedException {
            CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
            long compiled = -1;
            for (int i = 0; i < 10 && compiled != compilers.getTotalCompilationTime(); i++) {
                compiled = compilers.getTotalCompilationTime();
                Thread.sleep(1000);
            }
            String line = Files.readAllLines(STATUS).stream()
                    .filter(l -> l.startsWith("RssAnon:"))
                    .findFirst()
                    .orElseThrow();
            return Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0;
        }
    }
}
