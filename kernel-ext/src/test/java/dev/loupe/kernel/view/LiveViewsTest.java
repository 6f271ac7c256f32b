package dev.loupe.kernel.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.viz.Palette;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LiveViewsTest {
    private static final long MILLISECOND = 1_000_000;

    private final RecordingOutput output = new RecordingOutput();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 700 * MILLISECOND);

    @Test
    void textIsCoalescedAndEndsWhole() {
        var text = new StreamedText(output.live(), clock::get);
        for (int i = 0; i < 1000; i++) {
            text.append("x");
            clock.addAndGet(MILLISECOND);
        }
        text.append("y");
        text.end("note");
        assertTrue(output.passing.size() <= 26, "%d updates in a second".formatted(output.passing.size()));
        assertTrue(output.passing.size() >= 20, "%d updates in a second".formatted(output.passing.size()));
        assertEquals("x", output.passing.getFirst().plain());
        assertEquals("x".repeat(1000) + "y\nnote", output.plain());
    }

    @Test
    void slowTextIsShownAtOnce() {
        var text = new StreamedText(output.live(), clock::get);
        for (String piece : new String[] {"The", " sky", "", " is"}) {
            text.append(piece);
            clock.addAndGet(500 * MILLISECOND);
        }
        assertEquals(3, output.passing.size());
        assertEquals("The sky is", output.passing.getLast().plain());
    }

    @Test
    void quickWorkHasNoBar() {
        var bar = new ProgressBar(output.live(), View.column(), clock::get);
        for (int i = 0; i <= 100; i++) {
            bar.update("work", i, 100);
            clock.addAndGet(MILLISECOND);
        }
        assertEquals(0, output.passing.size());
    }

    @Test
    void barsAreDrawnTenTimesASecondWithTheTimeLeft() {
        var bar = new ProgressBar(output.live(), View.text("above"), clock::get);
        for (int i = 0; i < 2000; i++) {
            bar.update("fp16 -> sym_int4", i, 4000);
            clock.addAndGet(MILLISECOND);
        }
        assertTrue(output.passing.size() <= 20, output.passing.size() + " bars in two seconds");
        assertTrue(output.passing.size() >= 15, output.passing.size() + " bars in two seconds");
        assertFalse(output.passing.getFirst().plain().contains("left"));
        String last = output.passing.getLast().plain();
        assertTrue(last.matches("above\n\\[=+ +] fp16 -> sym_int4 \\d+ %, 2\\.\\d s left"), last);
    }

    @Test
    void aNewTaskBeginsAnew() {
        var bar = new ProgressBar(output.live(), View.column(), clock::get);
        bar.update("first", 0, 2);
        clock.addAndGet(1000 * MILLISECOND);
        bar.update("first", 2, 2);
        bar.update("second", 0, 0);
        clock.addAndGet(1000 * MILLISECOND);
        bar.update("second", 0, 0);
        assertEquals(2, output.passing.size());
        assertTrue(
                output.passing.getLast().plain().endsWith("second 0 %"),
                output.passing.getLast().plain());
    }

    @Test
    void tokensAreShadedBySurprise() {
        var text = new StreamedText(output.live(), clock::get);
        text.append("<sure>", 1.0);
        text.append("odd", 0.02);
        text.append(" rest", Double.NaN);
        text.end("note");
        String html = output.shown.getLast().html();
        assertEquals("<sure>odd rest\nnote", output.plain());
        assertTrue(html.contains("title=\"100 %\" style=\"background-color:rgba(0,114,178,0.00)\">&lt;sure&gt;"), html);
        assertTrue(html.contains("title=\"2.0 %\" style=\"background-color:rgba(0,114,178,0.44)\">odd"), html);
        assertTrue(html.contains("</span> rest"), html);
    }

    @Test
    void whatIsShownMeanwhileIsGoneInTheEnd() {
        var text = new StreamedText(output.live(), clock::get);
        text.append("The");
        clock.addAndGet(500 * MILLISECOND);
        text.meanwhile(View.text("120 tokens/s"));
        assertEquals("The\n120 tokens/s", output.passing.getLast().plain());
        text.end("note");
        assertEquals("The\nnote", output.plain());
    }

    @Test
    void aStripKeepsTheLastMeasurements() {
        var strip = new Strip("tokens/s", Palette.DECODE);
        assertEquals("", strip.view().plain());
        for (int i = 0; i < 200; i++) {
            strip.add(i % 2 == 0 ? 0 : 80);
        }
        assertEquals("▁█".repeat(40) + " 80.0 tokens/s", strip.view().plain());
        assertTrue(
                strip.view().html().contains("height:36px;background:#C98000"),
                strip.view().html());
    }

    @Test
    void whatWorkHasFoundStandsOverItsBar() {
        var bar = new ProgressBar(output.live(), View.column(), clock::get);
        bar.update("perplexity", 0, 3);
        clock.addAndGet(1000 * MILLISECOND);
        bar.found("perplexity so far", 20);
        bar.found("perplexity so far", 10);
        bar.update("perplexity", 2, 3);
        assertTrue(
                output.passing.getLast().plain().startsWith("█▅ 10.0 perplexity so far\n["),
                output.passing.getLast().plain());
    }
}
