package dev.loupe.kernel.jjava;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.kernel.command.Command;
import dev.loupe.kernel.command.Commands;
import dev.loupe.kernel.view.Samples;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LoupeExtensionTest {
    private final PrintStream out = System.out;

    @BeforeEach
    void beginACell() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void endIt() {
        System.setOut(out);
    }

    @Test
    void kernelsFindIt() {
        assertTrue(ServiceLoader.load(Extension.class).stream().anyMatch(p -> p.type() == LoupeExtension.class));
    }

    @Test
    void everyCommandIsAMagic() {
        var kernel = new BareKernel(new Renderer(), "");
        new LoupeExtension().install(kernel);
        for (Command command : Commands.all()) {
            String name = command.usage().name();
            assertTrue(kernel.getMagicsRegistry().getLineMagicNames().containsAll(List.of(name, name + "?")), name);
            assertEquals(
                    command.usage().body(),
                    kernel.getMagicsRegistry().getCellMagicNames().contains(name),
                    name);
        }
        assertTrue(kernel.evaluated.getFirst().contains("import static dev.loupe.kernel.Verbs.*"));
    }

    @Test
    void magicsShowAndExplain() throws Exception {
        var kernel = new BareKernel(new Renderer(), "");
        new LoupeExtension().install(kernel);
        kernel.line("dtype?");
        assertTrue(
                kernel.shown.getFirst().getData(MIMEType.TEXT_PLAIN).toString().startsWith("%dtype: converts"));
        var error = assertThrows(LoupeError.class, () -> kernel.line("status"));
        assertEquals("No model is loaded; load one with %model smollm2.", error.getMessage());
        assertEquals(0, error.getStackTrace().length);
    }

    @Test
    void aValueRendersAsHtmlAndText() {
        var kernel = new BareKernel(new Renderer(), "");
        new LoupeExtension().install(kernel);
        DisplayData data = kernel.getRenderer().render(Samples.run("It <is>."));
        assertTrue(data.getData(MIMEType.TEXT_PLAIN).toString().startsWith("It <is>.\n31 prompt tokens"));
        assertTrue(data.getData(MIMEType.TEXT_HTML).toString().contains("It &lt;is&gt;."));
    }

    @Test
    void aFailedInstallIsToldByTheFirstMagic() {
        var kernel = new BareKernel(new Renderer(), "out of order");
        assertDoesNotThrow(() -> new LoupeExtension().install(kernel));
        var error = assertThrows(LoupeError.class, () -> kernel.line("model", "smollm2"));
        assertTrue(error.getMessage().contains("out of order"), error.getMessage());
    }

    /** A kernel without JShell and without a connection. */
    private static final class BareKernel extends BaseKernel {
        private final List<DisplayData> shown = new ArrayList<>();
        private final List<String> evaluated = new ArrayList<>();
        private final String fault;

        private BareKernel(Renderer renderer, String fault) {
            super(
                    "bare",
                    "1",
                    new LanguageInfo.Builder("Java").build(),
                    List.of(),
                    null,
                    new JupyterIO(StandardCharsets.UTF_8),
                    new CommManager(),
                    renderer,
                    null,
                    new MagicsRegistry(),
                    false,
                    new StringStyler("", "", "", line -> ""));
            this.fault = fault;
        }

        private Object line(String name, String... words) throws Exception {
            return getMagicsRegistry().evalLineMagic(this, name, List.of(words));
        }

        @Override
        public void display(DisplayData data) {
            shown.add(data);
        }

        @Override
        public Object evalRaw(String source) {
            if (!fault.isEmpty()) {
                throw new IllegalStateException(fault);
            }
            evaluated.add(source);
            return null;
        }

        @Override
        public DisplayData inspect(String code, int at, boolean detail) {
            return null;
        }

        @Override
        public ReplacementOptions complete(String code, int at) {
            return null;
        }

        @Override
        public String isComplete(String code) {
            return IS_COMPLETE_YES;
        }
    }
}
