package dev.loupe.kernel.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.ops.Mask;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

final class ViewsTest {
    @Test
    void textOfAModelIsNoHtml() {
        View view = Views.of(Samples.run("a < b & <script>alert('x')</script>\n  indented"));
        assertFalse(view.html().contains("<script"), view.html());
        assertTrue(view.html().contains("a &lt; b &amp; &lt;script&gt;alert(&#39;x&#39;)"), view.html());
        assertTrue(view.html().contains("white-space:pre-wrap"), view.html());
        assertTrue(view.plain().startsWith("a < b & <script>"), view.plain());
    }

    @Test
    void aRunHasItsFooter() {
        assertEquals(
                "It is.\n" + Samples.run("").footer(),
                Views.of(Samples.run("It is.")).plain());
    }

    @Test
    void htmlSurvivesAnUntrustedNotebookAndBothThemes() {
        var views = List.of(
                Views.of(Samples.run("text")),
                Views.of(Samples.status("sym_int4", "a note")),
                Views.summary(Samples.status("asym_int4")),
                Views.of(Samples.perplexity("fp16", 2, 3.0, 3.1)),
                MaskView.of(100, Mask.sliding(10)));
        for (View view : views) {
            assertFalse(view.html().matches("(?s).*(<style|<svg|<script|class=|[^-]color:).*"), view.html());
        }
    }

    @Test
    void aMaskIsATableOfShades() {
        View view = MaskView.of(4, Mask.causal());
        assertEquals(
                "██······\n████····\n██████··\n████████",
                view.plain().substring(0, view.plain().lastIndexOf('\n')));
        assertEquals(6, view.html().split("rgba\\(0,114,178,0\\.00\\)", -1).length - 1, "unseen keys");
        assertEquals(10, view.html().split("rgba\\(0,114,178,0\\.75\\)", -1).length - 1, "seen keys");
        assertTrue(view.plain().endsWith("· none: 10 of 16 tiles are read"), view.plain());
        assertFalse(view.html().contains("█") || view.html().contains("·"), "characters are of different widths");
    }

    @Test
    void numbersOfATableAreRounded() {
        var table = Table.create(
                "t", DoubleColumn.create("x", 51.897453999999996, 8e20, 0.000123456789, Double.POSITIVE_INFINITY));
        List<String> lines = Views.of(table).plain().lines().map(String::strip).toList();
        assertEquals(List.of("51.8975", "800000000000000000000", "0.000123457", "∞"), lines.subList(2, lines.size()));
    }

    /** The strongest shade, Okabe and Ito's blue at its opacity, behind the text of JupyterLab's light theme. */
    @Test
    void wordsOnTheStrongestShadeAreLegible() {
        double[] blue = {0, 114, 178};
        double light = 0;
        double[] weights = {0.2126, 0.7152, 0.0722};
        for (int i = 0; i < 3; i++) {
            double mixed = (Shade.STRONGEST * blue[i] + (1 - Shade.STRONGEST) * 255) / 255;
            light += weights[i] * Math.pow((mixed + 0.055) / 1.055, 2.4);
        }
        double text = Math.pow((0x21 / 255.0 + 0.055) / 1.055, 2.4);
        assertTrue((light + 0.05) / (text + 0.05) >= 4.5, "contrast as in WCAG 2, level AA");
    }

    @Test
    void summaryTellsWhatWasStoredAndWhatRuns() {
        List<String> stored =
                Views.summary(Samples.status("asym_int4")).plain().lines().toList();
        assertEquals("tiny  llama, 134.5 M parameters, context 8192", stored.get(0));
        assertTrue(
                stored.get(1)
                        .matches("stored as asym_int4, 94 MiB, runs as stored on cpu: Vector API, 512 bits,"
                                + " 2 threads; needs 128 MiB with its cache, [\\d.]+ [MG]iB free"),
                stored.get(1));
        String converted = Views.summary(Samples.status("fp16", "embedding kept as sym_int8"))
                .plain();
        assertTrue(converted.contains("stored as asym_int4, runs as fp16, 94 MiB, on cpu"), converted);
        assertTrue(converted.endsWith("embedding kept as sym_int8"), converted);
    }

    @Test
    void perplexityTellsItsErrorAndWhatIsMissing() {
        String plain = Views.of(List.of(
                        Samples.perplexity("fp16", 2, 3.0, 3.1),
                        Samples.perplexity("sym_int4", 2, 3.0),
                        Samples.perplexity("fp32", 2)))
                .plain();
        List<String> lines = plain.lines().toList();
        assertTrue(lines.get(2).startsWith("fp16      21.115 ± 1.056  "), plain);
        assertTrue(lines.get(3).contains("1 of 2, stopped"), plain);
        assertTrue(lines.get(4).contains("none"), plain);
        assertEquals(6, lines.size(), "the convention is told once:\n" + plain);
    }

    @Test
    void longTablesAreCut() {
        Table table =
                Table.create("t", IntColumn.create("n", IntStream.range(0, 50).toArray()));
        String plain = Views.of(table).plain();
        assertEquals(2 + 20 + 1, plain.lines().count());
        assertTrue(plain.endsWith("the first 20 of 50 rows"), plain);
    }

    @Test
    void numbersAreFlushRight() {
        assertEquals(
                """
                name     MiB
                ────  ──────
                a      9 MiB
                bcd   10 MiB""",
                new Grid("name", "MiB")
                        .row("a", "9 MiB")
                        .row("bcd", "10 MiB")
                        .view()
                        .plain());
    }

    @Test
    void units() {
        assertEquals("2.0 MiB", Units.bytes(2 << 20));
        assertEquals("513 MiB", Units.bytes(513 << 20));
        assertEquals("21 GiB", Units.bytes(21L << 30));
        assertEquals("134.5 M", Units.count(134_515_008));
        assertEquals("7.2 G", Units.count(7_240_000_000L));
        assertEquals("0.6 s", Units.seconds(0.6));
        assertEquals("2 min 05 s", Units.seconds(125));
    }
}
