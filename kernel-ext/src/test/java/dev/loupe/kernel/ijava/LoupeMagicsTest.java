package dev.loupe.kernel.ijava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.command.Command;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.view.Samples;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import io.github.spencerpark.jupyter.kernel.magic.registry.Magics;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The magics in IJava's own base kernel, without its JShell. */
final class LoupeMagicsTest {
    private final PrintStream out = System.out;
    private final BareKernel kernel = new BareKernel();
    private final Magics magics = new Magics();

    @BeforeEach
    void beginACell() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        LoupeMagics.install(kernel, magics);
    }

    @AfterEach
    void endIt() {
        System.setOut(out);
    }

    @Test
    void everyCommandIsAMagic() throws Exception {
        for (Command command : Commands.all()) {
            magics.applyLineMagic("help", List.of(command.usage().name()));
            var body = assertThrows(
                    Exception.class, () -> magics.applyLineMagic(command.usage().name(), List.of("no_such=1")));
            assertTrue(body.getMessage().contains("no_such"), body.getMessage());
        }
        assertEquals(Commands.all().size(), kernel.shown.size());
        assertTrue(
                kernel.shown.getFirst().getData(MIMEType.TEXT_PLAIN).toString().startsWith("%model: "));
    }

    @Test
    void aCellMagicTakesTheTextUnderIt() {
        var e = assertThrows(
                LoupeException.class, () -> magics.applyCellMagic("generate", List.of("max_tokens=3"), "Hi"));
        assertEquals("No model is loaded; load one with %model smollm2.", e.getMessage());
    }

    @Test
    void aValueRendersAsHtmlAndText() {
        DisplayData data = kernel.getRenderer().render(Samples.run("It <is>."));
        assertTrue(data.getData(MIMEType.TEXT_PLAIN).toString().startsWith("It <is>.\n31 prompt tokens"));
        assertTrue(data.getData(MIMEType.TEXT_HTML).toString().contains("It &lt;is&gt;."));
    }

    @Test
    void withoutIJavaItSaysSo() {
        assertTrue(assertThrows(LoupeException.class, LoupeMagics::install)
                .getMessage()
                .contains("./loupe lab"));
    }

    private static final class BareKernel extends BaseKernel {
        private final List<DisplayData> shown = new ArrayList<>();

        @Override
        public void display(DisplayData data) {
            shown.add(data);
        }

        @Override
        public DisplayData eval(String code) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LanguageInfo getLanguageInfo() {
            return new LanguageInfo.Builder("Java").build();
        }
    }
}
