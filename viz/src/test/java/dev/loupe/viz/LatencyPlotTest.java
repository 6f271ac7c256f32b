package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyPlotTest {
    private static final String LONG_NAME = "organisation/" + "A-Model-With-A-Very-Long-Name-".repeat(12) + "GGUF";

    @Test
    void noRuns() {
        var e = assertThrows(LoupeException.class, () -> LatencyPlot.of(List.of()));
        assertEquals("No runs yet: run %%generate first.", e.getMessage());
    }

    @Test
    void tableHasARowForEachToken() {
        Run run = Samples.run(Samples.MODEL, "fp16", 3, 50, 8);
        var table = LatencyPlot.of(List.of(run, Samples.run(Samples.MODEL, "sym_int4", 2, 40, 4)))
                .table();
        assertEquals(
                List.of("run", "model", "dtype", "device", "threads", "token", "id", "milliseconds"),
                table.columnNames());
        assertEquals(5, table.rowCount());
        assertEquals(List.of(1, 1, 1, 2, 2), table.intColumn("run").asList());
        assertEquals(List.of(1, 2, 3, 1, 2), table.intColumn("token").asList());
        assertEquals(run.firstTokenMillis(), table.doubleColumn("milliseconds").get(0));
        assertEquals(
                run.tokenNanos()[2] / 1e6, table.doubleColumn("milliseconds").get(2));
        assertEquals("sym_int4", table.stringColumn("dtype").get(4));
    }

    @Test
    void subtitleSaysWhatIsCommonAndTheLegendWhatDiffers() {
        Figure figure = LatencyPlot.of(Samples.runs(2));
        assertEquals("SmolLM2-135M-Instruct, cpu, 2 threads", figure.subtitle());
        assertTrue(
                figure.legend().get(0).label().startsWith("1  fp16, cpu, median "),
                figure.legend().toString());
        assertTrue(figure.legend().get(1).label().startsWith("2  sym_int8, cpu, median "));
        assertEquals(
                "SmolLM2-135M-Instruct, fp16, cpu, 2 threads",
                LatencyPlot.of(Samples.runs(1)).subtitle());
    }

    @Test
    void onlyTheLastEightRunsAreShownAndThatIsSaid() {
        Figure figure = LatencyPlot.of(Samples.runs(11));
        assertTrue(figure.subtitle().endsWith("last 8 of 11 runs"), figure.subtitle());
        assertEquals(8, figure.legend().size());
        assertEquals("asym_int4", figure.table().stringColumn("dtype").get(0));
    }

    @Test
    void everyRunHasItsColour() throws IOException {
        var image = FigureTest.decode(LatencyPlot.of(Samples.runs(6)));
        for (int i = 0; i < 6; i++) {
            assertTrue(FigureTest.count(image, Palette.series(i)) > 2000, "run " + (i + 1));
        }
        assertFalse(Palette.dashed(5));
        assertTrue(Palette.dashed(6), "the seventh shares its colour with the first");
    }

    @Test
    void oddRunsAreDrawnAndNothingIsClipped() throws IOException {
        var runs = new ArrayList<Run>();
        runs.add(Samples.run(LONG_NAME, "asym_int4 + q6_k + q8_0", 40, 120_000, 9_000));
        runs.add(Samples.run("tiny", "fp16", 60, 0.01, 0.001));
        runs.add(Samples.run("tiny", "fp16", 0, 3, 3));
        runs.add(Samples.run("tiny", "fp16", 1, 3, 3));
        runs.add(Samples.run("tiny", "fp16", 2, 3, 3));
        runs.add(Samples.run("line\nbreak \u001b[31m $\\frac{1}{2}$", "fp16", 5, 3, 3));
        for (int from = 0; from < runs.size(); from++) {
            Figure figure = LatencyPlot.of(runs.subList(from, runs.size()));
            var fixed = new FigureTest();
            fixed.wordsAndMarksKeepClearOfTheBorder(figure);
            fixed.charactersFitEveryWidth(figure);
        }
        Figure none = LatencyPlot.of(runs.subList(2, 3));
        assertTrue(none.terminal(80).contains("n/a"), none.terminal(80));
        assertTrue(none.terminal(80).contains("no run has a second token"), none.terminal(80));
        assertEquals(0, none.table().rowCount());
    }

    @Test
    void runsFarApartGetALogarithmicScale() {
        var runs = List.of(Samples.run("a", "fp16", 20, 10, 500), Samples.run("a", "sym_int4", 20, 10, 5));
        assertTrue(LatencyPlot.of(runs).panels().getLast().scale().logarithmic());
        assertFalse(LatencyPlot.of(Samples.runs(2)).panels().getLast().scale().logarithmic());
    }
}
