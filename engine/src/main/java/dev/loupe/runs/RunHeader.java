package dev.loupe.runs;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The first line of a run's file: what was asked for, when, and on what machine.
 *
 * <p>Invariant: two runs of one kind with equal settings ask for the same, so that the second can go on where the first
 * was stopped.
 *
 * @param kind what was measured: "perplexity", "compare", "bench"
 * @param started ISO 8601, UTC
 * @param settings what was asked for, by name; texts, numbers, and lists of them
 * @param machine where it ran, by name
 */
public record RunHeader(String kind, String started, Map<String, Object> settings, Map<String, String> machine) {
    public RunHeader {
        settings = new LinkedHashMap<>(settings);
        machine = new TreeMap<>(machine);
    }

    /** A header of a run that begins now, here. */
    static RunHeader now(String kind, Map<String, ?> settings) {
        return new RunHeader(
                kind,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                new LinkedHashMap<>(settings),
                Map.of(
                        "os", System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                        "java", System.getProperty("java.version"),
                        "processors", Integer.toString(Runtime.getRuntime().availableProcessors())));
    }
}
