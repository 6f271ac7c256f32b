package dev.loupe.viz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.eval.Perplexity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerplexityPlotTest {
    @Test
    void nothingMeasured() {
        var e = assertThrows(LoupeException.class, () -> PerplexityPlot.of(List.of()));
        assertTrue(e.getMessage().startsWith("No perplexity yet: run %perplexity first"), e.getMessage());
        assertThrows(LoupeException.class, () -> PerplexityPlot.of(List.of(Samples.perplexity("fp16", "primer"))));
    }

    @Test
    void tableHasTheMeasurementAndItsConvention() {
        Perplexity fp16 = Samples.perplexity("fp16", "primer", 3.0, 3.2);
        var table = PerplexityPlot.of(List.of(fp16)).table();
        assertEquals(Math.exp(3.1), table.doubleColumn("perplexity").get(0), 1e-12);
        assertEquals(fp16.standardError(), table.doubleColumn("standard error").get(0), 1e-12);
        assertEquals("ipex", table.stringColumn("convention").get(0));
        assertEquals(512, table.intColumn("chunk (tokens)").get(0));
        assertEquals(2, table.intColumn("chunks").get(0));
        assertEquals("primer", table.stringColumn("text").get(0));
    }

    @Test
    void subtitleSaysChunksAndConvention() {
        String subtitle = PerplexityPlot.of(Samples.perplexities(3)).subtitle();
        for (String part : List.of(Samples.MODEL, "cpu", "primer", "4 chunks of 512 tokens", "convention ipex")) {
            assertTrue(subtitle.contains(part), subtitle);
        }
        assertTrue(subtitle.endsWith("percent: change against fp16, chunk by chunk"), subtitle);
    }

    @Test
    void changeIsTakenChunkByChunk() {
        // The chunks differ by far more than the dtypes do, and the dtypes by the same amount in each.
        var fp16 = Samples.perplexity("fp16", "primer", 1.0, 3.0, 5.0);
        var int4 = Samples.perplexity("sym_int4", "primer", 1.1, 3.1, 5.1);
        Change change = Change.of(fp16, int4);
        assertEquals(100 * (Math.exp(0.1) - 1), change.percent(), 1e-9);
        assertEquals(0, change.error(), 1e-9);
        assertEquals("+10.5 ±\u00a00.0\u00a0%", change.toString());
        assertTrue(int4.standardError() > 1, "the plain error would hide it");
        var table = PerplexityPlot.of(List.of(int4, fp16)).table();
        assertEquals(
                change.percent(), table.doubleColumn("change (%)").get(0), 1e-9, "the largest weights are the base");
        assertEquals(0, table.doubleColumn("change (%)").get(1));
    }

    @Test
    void onlyComparableMeasurementsShareAColour() {
        var measured = new ArrayList<>(Samples.perplexities(2));
        measured.add(Samples.perplexity("fp16", "wikitext2", 3.2, 3.3, 3.1, 3.2));
        measured.add(Samples.perplexity("fp16", "primer", 3.2));
        Figure figure = PerplexityPlot.of(measured);
        assertEquals(
                List.of(
                        "primer, 4 chunks of 512 tokens",
                        "wikitext2, 4 chunks of 512 tokens",
                        "primer, 1 chunk of 512 tokens"),
                figure.legend().stream().map(Key::label).toList());
        assertFalse(figure.subtitle().contains("primer"), figure.subtitle());
        assertEquals(3, figure.legend().stream().map(Key::color).distinct().count());
    }

    @Test
    void theLastMeasurementOfADtypeCounts() {
        var table = PerplexityPlot.of(List.of(
                        Samples.perplexity("fp16", "primer", 3.0, 3.0), Samples.perplexity("fp16", "primer", 2.0, 2.0)))
                .table();
        assertEquals(1, table.rowCount());
        assertEquals(Math.exp(2), table.doubleColumn("perplexity").get(0), 1e-12);
    }

    @Test
    void unknownErrorsInfiniteAndMissingValuesAreShownAsSuch() throws IOException {
        var fixed = new FigureTest();
        var odd = List.of(
                Samples.perplexity("fp16", "primer", 3.0),
                Samples.perplexity("sym_int8", "primer", 30.0),
                Samples.perplexity("fp4", "primer", 900.0),
                Samples.perplexity("nf3", "primer", Double.NaN),
                Samples.perplexity("mxfp4", "primer", 690.0));
        for (int i = 0; i < odd.size(); i++) {
            for (var some : List.of(odd, odd.subList(i, i + 1), odd.subList(0, i + 1))) {
                Figure figure = PerplexityPlot.of(some);
                fixed.wordsAndMarksKeepClearOfTheBorder(figure);
                fixed.charactersFitEveryWidth(figure);
            }
        }
        String chart = PerplexityPlot.of(odd).terminal(100);
        assertTrue(chart.contains("infinite") && chart.contains("n/a"), chart);
        assertFalse(chart.contains("± NaN"), chart);
        var wide = Samples.perplexity("fp16", "primer", 1.0, 12.0, 2.0);
        assertTrue(wide.standardError() > wide.perplexity());
        fixed.wordsAndMarksKeepClearOfTheBorder(PerplexityPlot.of(List.of(wide, odd.get(1))));
    }

    @Test
    void errorBarsAreAsLongAsTheError() {
        var panel = (Panel.Points) PerplexityPlot.of(List.of(Samples.perplexity("fp16", "primer", 3.0, 3.2, 3.1)))
                .panels()
                .getFirst();
        var dot = panel.series().getFirst().dots().getFirst();
        assertEquals(2 * dot.error(), dot.range()[1] - dot.range()[0], 1e-9);
        assertTrue(panel.scale().min() < dot.range()[0] && panel.scale().max() > dot.range()[1]);
    }
}
