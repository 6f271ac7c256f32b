package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlotTest {
    @Test
    void noSamples() {
        var e = assertThrows(LoupeException.class, () -> MemoryPlot.of(List.of()));
        assertTrue(e.getMessage().endsWith("load a model with %model and run %%generate."), e.getMessage());
    }

    @Test
    void tableIsInMebibytes() {
        var table =
                MemoryPlot.of(List.of(Samples.sample("fp16", 256.5, 11.25, 8))).table();
        assertEquals("fp16", table.stringColumn("dtype").get(0));
        assertEquals("cpu", table.stringColumn("device").get(0));
        assertEquals(256.5, table.doubleColumn("weights (MiB)").get(0));
        assertEquals(11.25, table.doubleColumn("KV cache (MiB)").get(0));
        assertEquals(8, table.doubleColumn("scratch (MiB)").get(0));
        assertEquals(275.75, table.doubleColumn("total (MiB)").get(0));
        assertEquals(94, table.doubleColumn("mapped file (MiB)").get(0));
    }

    @Test
    void aDtypeThatCameBackShowsItsLastSample() {
        var samples = List.of(
                Samples.sample("fp16", 256, 1, 1),
                Samples.sample("sym_int4", 72, 1, 1),
                Samples.sample("fp16", 256, 9, 1));
        var table = MemoryPlot.of(samples).table();
        assertEquals(List.of("fp16", "sym_int4"), table.stringColumn("dtype").asList());
        assertEquals(9, table.doubleColumn("KV cache (MiB)").get(0));
    }

    @Test
    void subtitleNamesModelAndThreads() {
        Figure figure = MemoryPlot.of(Samples.memorySamples(2), Samples.MODEL, 1);
        assertTrue(figure.subtitle().startsWith("SmolLM2-135M-Instruct, cpu, 1 thread, "), figure.subtitle());
        assertTrue(MemoryPlot.of(Samples.memorySamples(2)).subtitle().startsWith("cpu, "));
    }

    @Test
    void partsDifferInATerminalEvenInASingleBar() {
        String chart =
                MemoryPlot.of(List.of(Samples.sample("fp16", 60, 30, 10))).terminal(80);
        assertTrue(chart.contains("█▒") && chart.contains("▒░"), chart);
        assertTrue(chart.endsWith("█ weights  ▒ KV cache  ░ scratch\n"), chart);
    }

    @Test
    void nothingAndVeryMuchAreDrawn() throws IOException {
        var fixed = new FigureTest();
        for (double mib : new double[] {0, 1e-6, 1e9}) {
            Figure figure =
                    MemoryPlot.of(List.of(Samples.sample("fp16", mib, mib, 0), Samples.sample("fp32", 1, 1, 1)));
            fixed.wordsAndMarksKeepClearOfTheBorder(figure);
            fixed.charactersFitEveryWidth(figure);
        }
    }
}
