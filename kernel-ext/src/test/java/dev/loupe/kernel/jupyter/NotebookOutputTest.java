package dev.loupe.kernel.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.kernel.view.Samples;
import dev.loupe.kernel.view.View;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NotebookOutputTest {
    private final PrintStream out = System.out;
    private final List<String> shown = new ArrayList<>();
    private final NotebookOutput output = new NotebookOutput(new Screen() {
        @Override
        public void display(Bundle bundle, String id) {
            shown.add((id == null ? "" : "live: ") + bundle.data().get("text/plain"));
        }

        @Override
        public void update(Bundle bundle, String id) {
            shown.set(shown.size() - 1, "live: " + bundle.data().get("text/plain"));
        }
    });

    @BeforeEach
    void beginACell() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void endIt() {
        System.setOut(out);
    }

    @Test
    void aValueIsShownOnceInItsCell() {
        var run = Samples.run("It <is>.");
        output.run(() -> run);
        Bundle nothing = output.look(run, value -> Bundle.of(View.text("again")));
        assertTrue(nothing.data().containsKey("text/plain"), "or the kernel would add the value's toString");
        assertNull(nothing.data().get("text/plain"));
        beginACell();
        assertEquals(
                "again",
                output.look(run, value -> Bundle.of(View.text("again"))).data().get("text/plain"));
    }

    @Test
    void nothingOfAnEndedCellIsShown() {
        output.run(() -> {
            output.text().end("before");
            beginACell();
            output.text().end("after");
            output.show(View.text("after"));
            return null;
        });
        assertEquals(1, shown.size());
    }

    @Test
    void aLiveViewIsOneOutput() {
        output.run(() -> {
            try (var live = output.live()) {
                live.update(View.text("a"));
                live.update(View.text("b"));
                live.finish(View.text("c"));
            }
            return null;
        });
        assertEquals(List.of("live: c"), shown);
    }

    @Test
    void aCommandMayRunOthers() {
        output.run(() -> {
            output.run(() -> {
                output.show(View.text("inner"));
                return null;
            });
            output.show(View.text("outer"));
            output.text().end("text");
            return null;
        });
        assertEquals(List.of("inner", "outer", "live: text"), shown);
    }
}
