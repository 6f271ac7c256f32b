package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What notebook 02 says with its outputs: the arithmetic by hand, the order of the dtypes, what falls back. */
final class LowBitNotebook {
    private static final Pattern BYTES = Pattern.compile("^((?:[0-9a-f]{2} ){17}[0-9a-f]{2})$", Pattern.MULTILINE);
    private static final Pattern BY_HAND = Pattern.compile(
            "weight (\\d): code +(\\d+), so \\( *\\d+ - 8\\) \\* (-?[0-9.]+) = +(-?[0-9.]+), was +(-?[0-9.]+)");
    private static final Pattern ROW = Pattern.compile(
            "^(?:(\\S+) +)?(fp16|fp8_e4m3|fp6_e2m3|q4_k|sym_int4) +([0-9.]+) ± ([0-9.]+) +([0-9.]+) +([0-9.]+) %",
            Pattern.MULTILINE);

    private LowBitNotebook() {}

    /** Checks the text of all outputs. */
    static void check(String shown) {
        arithmetic(shown);
        table(shown);
        assertTrue(shown.contains("run as sym_int5: rows of 576 are no multiple of q4_k's block of 256"), shown);
    }

    /** The printed bytes hold the printed scale and codes, and the values are those that were computed from them. */
    private static void arithmetic(String shown) {
        Matcher printed = BYTES.matcher(shown);
        assertTrue(printed.find(), "no bytes of a block");
        int[] bytes = Pattern.compile(" ")
                .splitAsStream(printed.group(1))
                .mapToInt(hex -> Integer.parseInt(hex, 16))
                .toArray();
        float scale = Float.float16ToFloat((short) (bytes[1] << 8 | bytes[0]));
        List<MatchResult> lines = BY_HAND.matcher(shown).results().toList();
        assertEquals(4, lines.size(), "weights computed by hand");
        for (MatchResult line : lines) {
            int code = Integer.parseInt(line.group(2));
            double value = Double.parseDouble(line.group(4));
            assertEquals(bytes[2 + Integer.parseInt(line.group(1))] & 15, code, line.group());
            assertEquals(scale, Double.parseDouble(line.group(3)), 1e-5, line.group());
            assertEquals((code - 8) * scale, value, 1e-5, line.group());
            assertEquals(Double.parseDouble(line.group(5)), value, Math.abs(scale), line.group());
        }
    }

    /** For each model fp16 is itself, and sym_int4 loses most. */
    private static void table(String shown) {
        Map<String, Map<String, Double>> divergences = new HashMap<>();
        for (MatchResult row : ROW.matcher(shown).results().toList()) {
            String model = row.group(1) == null ? "" : row.group(1);
            divergences.computeIfAbsent(model, m -> new HashMap<>()).put(row.group(2), Double.valueOf(row.group(5)));
            assertTrue(Double.parseDouble(row.group(3)) > Double.parseDouble(row.group(4)), row.group());
            assertTrue(!row.group(2).equals("fp16") || row.group(6).equals("100.0"), row.group());
        }
        divergences.values().removeIf(lost -> !lost.containsKey("fp16")); // what an exercise measured
        assertTrue(!divergences.isEmpty(), "no table of perplexities");
        divergences.forEach((model, lost) -> {
            assertEquals(5, lost.size(), model + lost);
            assertEquals(0, lost.get("fp16"), model + lost);
            for (String dtype : List.of("fp8_e4m3", "fp6_e2m3", "q4_k")) {
                assertTrue(lost.get(dtype) > 0 && lost.get(dtype) < lost.get("sym_int4"), model + lost);
            }
        });
    }
}
