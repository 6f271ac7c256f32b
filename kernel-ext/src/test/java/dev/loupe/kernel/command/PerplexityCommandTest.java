package dev.loupe.kernel.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.kernel.view.RecordingOutput;
import dev.loupe.runs.RunStore;
import dev.loupe.runs.StoredRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table on SmolLM2, on so little text that its numbers mean nothing but agree with each other. */
final class PerplexityCommandTest {
    private static final String LINE = "dtypes=sym_int8,sym_int4 chunk=32 chunks=2 ";

    @TempDir
    private Path folder;

    private RecordingOutput output;
    private NotebookSession session;

    @BeforeEach
    void load() {
        assumeTrue(
                ModelStore.list().stream().anyMatch(model -> model.name().equals("smollm2")),
                "skipped: the model smollm2 is not installed");
        output = new RecordingOutput();
        session = new NotebookSession(output, RunStore.in(folder.resolve("runs")));
        run("model", "smollm2");
    }

    @AfterEach
    void unload() {
        if (session != null) {
            session.unload();
        }
    }

    @Test
    void aTableIsKeptAndDrawnAgain() {
        var measured = (Perplexities) run("perplexity", LINE + "reference=fp16");
        assertEquals(List.of("sym_int8", "sym_int4"), dtypes(measured));
        assertTrue(measured.rows().get(0).divergence() < measured.rows().get(1).divergence());
        assertEquals("asym_int4", session.llm().dtype());
        StoredRun run = session.store().find("last");
        assertTrue(run.complete());
        assertEquals(measured.rows(), run.rows(Perplexity.class));
        assertEquals(measured, run("runs", "last"));
        assertEquals(1, ((List<?>) run("runs", "")).size());
        run("perplexity", LINE + "reference=fp16");
        assertEquals(2, session.store().list().size(), "a complete run is measured anew");
    }

    /** As a stop in the second cell's second chunk leaves it. */
    @Test
    void aStoppedTableGoesOnWhereItWasStopped() throws IOException {
        var whole = (Perplexities) run("perplexity", LINE);
        Path file = session.store().find("last").path();
        Perplexity last = whole.rows().getLast();
        var stopped = new Perplexity(
                last.model(),
                last.dtype(),
                last.runsAs(),
                last.device(),
                last.attention(),
                last.text(),
                last.convention(),
                last.chunk(),
                last.scores().subList(0, 1),
                2,
                "",
                1,
                last.weightBytes(),
                last.cacheBytes());
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, 2));
        session.store().resume(session.store().find("last")).add(stopped);

        var resumed = (Perplexities) run("perplexity", LINE);
        assertEquals(whole.rows().getFirst(), resumed.rows().getFirst(), "not measured again");
        assertEquals(last.scores(), resumed.rows().getLast().scores());
        assertEquals(1, session.store().list().size());
        assertTrue(session.store().find("last").complete());
        assertEquals(resumed, run("runs", "1"), "what was stopped shows once");
        run("perplexity", LINE + "fresh");
        assertEquals(2, session.store().list().size());
    }

    @Test
    void severalModelsLeaveTheLoadedOneAlone() {
        run("dtype", "sym_int4 embed=sym_int4");
        Path other = (Path) run("save", folder.resolve("other.gguf").toString());
        var measured = (Perplexities) run("perplexity", "models=smollm2," + other + " chunk=32 chunks=2");
        assertEquals(
                List.of("SmolLM2-135M-Instruct", "other"),
                measured.rows().stream().map(Perplexity::model).toList());
        assertFalse(
                measured.rows().get(0).perplexity() == measured.rows().get(1).perplexity());
        assertEquals("sym_int4 embed=sym_int4", session.llm().dtype());
    }

    private static List<String> dtypes(Perplexities measured) {
        return measured.rows().stream().map(Perplexity::dtype).toList();
    }

    private Object run(String command, String line) {
        return Commands.find(command).run(line, "", session);
    }
}
