package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What notebook 05 says with its outputs: each kernel computes what the reference does, its speed is its bytes over its
 * time, and a model says the same on both devices. Where there is no OpenCL, its cells say so.
 */
final class KernelsNotebook {
    private static final Pattern KERNEL = Pattern.compile(
            "^(\\S+) sym_int4\\.matvec( \\(yours\\))? (\\d+) x (\\d+): right, ([0-9.]+) ms, ([0-9.]+) GB/s$",
            Pattern.MULTILINE);
    /** The last line of an answer, and where its footer says that it ran. */
    private static final Pattern ANSWER = Pattern.compile(
            "^([^\\n]++)\\n++\\d+ prompt tokens[^\\n]* tokens at [0-9.]+/s, asym_int4, (cpu|opencl:0),",
            Pattern.MULTILINE);

    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 18;

    private KernelsNotebook() {}

    /** Checks the text of all outputs. */
    static void check(String shown) {
        List<MatchResult> kernels = KERNEL.matcher(shown).results().toList();
        kernels.forEach(KernelsNotebook::speed);
        List<String> devices = kernels.stream().map(kernel -> kernel.group(1)).toList();
        assertEquals(List.of("reference", "cpu"), devices.subList(0, 2), shown);
        List<String> answers = ANSWER.matcher(shown)
                .results()
                .map(answer -> answer.group(2) + " " + answer.group(1))
                .distinct()
                .toList();
        if (devices.contains("opencl:0")) {
            long own =
                    kernels.stream().filter(kernel -> kernel.group(2) != null).count();
            assertTrue(own >= 2 && kernels.size() >= own + 3, "a kernel is missing: " + devices);
            assertEquals(2, answers.size(), () -> "an answer a device: " + answers + shown);
            assertEquals(
                    answers.getFirst().substring("cpu ".length()),
                    answers.getLast().substring("opencl:0 ".length()));
        } else {
            assertTrue(shown.contains("skipped opencl"), shown);
            assertEquals(1, answers.size(), answers::toString);
        }
    }

    /** Gigabytes a second are the matrix' bytes over the time, as far as both are printed. */
    private static void speed(MatchResult kernel) {
        long bytes = Long.parseLong(kernel.group(3)) * Long.parseLong(kernel.group(4)) / BLOCK * BLOCK_BYTES;
        double millis = Double.parseDouble(kernel.group(5));
        double rate = Double.parseDouble(kernel.group(6));
        assertTrue(bytes / 1e6 / (millis + 0.005) <= rate + 0.006, kernel.group());
        assertTrue(bytes / 1e6 / Math.max(millis - 0.005, 1e-6) >= rate - 0.006, kernel.group());
    }
}
