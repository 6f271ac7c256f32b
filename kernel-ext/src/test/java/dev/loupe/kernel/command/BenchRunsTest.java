package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Speed;
import dev.loupe.engine.trace.MemoryUse;
import dev.loupe.kernel.view.RecordingOutput;
import dev.loupe.runs.RunLog;
import dev.loupe.runs.RunStore;
import dev.loupe.viz.Figure;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Benchmarks that {@code ./loupe bench} has kept, in a notebook. */
final class BenchRunsTest {
    private final RecordingOutput output = new RecordingOutput();
    private final RunStore store;
    private final NotebookSession session;

    BenchRunsTest(@TempDir Path folder) {
        store = RunStore.in(folder);
        session = new NotebookSession(output, store);
    }

    @Test
    void theLastIsDrawnOrThoseThatAreNamed() {
        keep("sym_int4", 150);
        keep("fp16", 60);
        var last = (Figure) Commands.find("plot").run("bench", "", session);
        assertEquals("fp16", last.table().stringColumn("dtype").get(0));
        var both = (Figure) Commands.find("plot").run("bench 1 2", "", session);
        assertEquals(4, both.table().rowCount());
        assertEquals(both.table().column("tokens/s").get(1), 140.0, "a peer's, as it was kept");
    }

    @Test
    void runsShowsItsTable() {
        keep("sym_int4", 150);
        Commands.find("runs").run("last", "", session);
        assertTrue(output.plain().contains("150.00 ± 0.00"), output.plain());
        assertTrue(output.plain().contains("1.07x"), output.plain());
    }

    @Test
    void whatIsNoBenchmarkIsOneSentence() {
        assertThrows(LoupeException.class, () -> Commands.find("plot").run("bench", "", session));
        RunLog other = store.begin("perplexity", Map.of());
        other.add(Map.of("a", 1));
        var refused =
                assertThrows(LoupeException.class, () -> Commands.find("plot").run("bench 1", "", session));
        assertTrue(refused.getMessage().contains("'perplexity'"), refused::getMessage);
        assertThrows(LoupeException.class, () -> Commands.find("plot").run("bench", "", session));
    }

    private void keep(String dtype, double rate) {
        var memory = new MemoryUse(Map.of(dtype, 80L), 24, 1, 0);
        Speed ours = Speed.ours("tg64@512", new double[] {rate}, dtype, "cpu", 2, "tiny", "flash", memory);
        RunLog log = store.begin("bench", Map.of("model", "tiny"));
        log.add(ours);
        log.add(ours.of("llama-bench", new double[] {140}, new Speed.Ratio(rate / 140, rate / 140, rate / 140)));
        log.complete();
    }
}
