package dev.loupe.runs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.ChunkScore;
import dev.loupe.engine.eval.Perplexity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunStoreTest {
    private static final Map<String, Object> SETTINGS = Map.of("dtypes", List.of("fp16", "sym_int4"), "chunks", 4);

    record Point(String name, double value, List<Double> parts) {}

    @TempDir
    Path folder;

    private RunStore store;

    @BeforeEach
    void open() {
        store = RunStore.in(folder.resolve("runs"));
    }

    @Test
    void rowsComeBackAsTheRecordsTheyWere() {
        var rows = List.of(
                new Point("a \"quoted\" ü", 1.0 / 3, List.of(0.1, Double.NaN)),
                new Point("b", Double.POSITIVE_INFINITY, List.of()));
        RunLog log = store.begin("bench", SETTINGS);
        rows.forEach(log::add);
        log.complete();

        StoredRun run = store.find("last");
        assertEquals(rows, run.rows(Point.class));
        assertTrue(run.complete());
        assertEquals("bench", run.header().kind());
        assertEquals(List.of("fp16", "sym_int4"), run.header().settings().get("dtypes"));
        assertEquals(run, store.find("1"));
        assertEquals(run, store.find(run.name()));
    }

    @Test
    void aPerplexityComesBackBitForBit() {
        var measured = new Perplexity(
                "m",
                "q4_k",
                "q4_k (3)",
                "cpu",
                "flash, cache fp32",
                "primer",
                "ipex",
                512,
                List.of(new ChunkScore(256, Math.PI, Double.NaN, Double.NaN), new ChunkScore(255, Math.E / 3, 1e-9, 1)),
                8,
                "fp16",
                0.1,
                1L << 40,
                1 << 20);
        store.begin("perplexity", SETTINGS).add(measured);
        assertEquals(List.of(measured), store.list().getFirst().rows(Perplexity.class));
    }

    @Test
    void aStoppedRunIsFoundByItsSettingsAndGoesOnInItsFile() throws IOException {
        RunLog log = store.begin("bench", SETTINGS);
        log.add(new Point("first", 1, List.of()));
        Files.writeString(log.path(), Files.readString(log.path()) + "{\"row\": {\"na"); // as a crash leaves it

        assertTrue(store.unfinished("bench", Map.of("chunks", 5)).isEmpty());
        assertTrue(store.unfinished("compare", SETTINGS).isEmpty());
        StoredRun stopped = store.unfinished("bench", SETTINGS).orElseThrow();
        assertEquals(1, stopped.damaged());
        RunLog further = store.resume(stopped);
        further.add(new Point("second", 2, List.of()));
        further.complete();

        StoredRun run = store.find("last");
        assertEquals(
                List.of("first", "second"),
                run.rows(Point.class).stream().map(Point::name).toList());
        assertTrue(store.unfinished("bench", SETTINGS).isEmpty());
        assertEquals(1, store.list().size());
    }

    @Test
    void aRunWithoutResultsLeavesNoFile() {
        store.begin("bench", SETTINGS);
        assertFalse(Files.exists(store.folder()));
        assertEquals(List.of(), store.list());
    }

    @Test
    void runsOfTheSameSecondHaveFilesOfTheirOwn() {
        store.begin("bench", SETTINGS).add(new Point("a", 1, List.of()));
        store.begin("bench", SETTINGS).add(new Point("b", 1, List.of()));
        assertEquals(2, store.list().size());
    }

    @Test
    void whatIsWrongIsSaidInASentence() throws IOException {
        assertTrue(assertThrows(LoupeException.class, () -> store.find("last"))
                .getMessage()
                .contains("no runs"));
        store.begin("bench", SETTINGS).add(new Point("a", 1, List.of()));
        assertTrue(assertThrows(LoupeException.class, () -> store.find("7"))
                .getMessage()
                .contains("from 1 to 1"));
        assertThrows(LoupeException.class, () -> store.find("1").rows(Perplexity.class));

        Files.writeString(store.folder().resolve("other.jsonl"), "no json\n");
        assertEquals(1, store.list().size(), "a foreign file is left out");

        Path file = Files.createFile(folder.resolve("file"));
        RunLog nowhere = RunStore.in(file).begin("bench", SETTINGS);
        assertThrows(LoupeException.class, () -> nowhere.add(new Point("a", 1, List.of())));
    }
}
