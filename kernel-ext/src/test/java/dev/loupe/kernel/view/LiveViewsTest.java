package dev.loupe.kernel.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}
