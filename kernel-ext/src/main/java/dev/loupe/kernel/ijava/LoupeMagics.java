package dev.loupe.kernel.ijava;

import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.jupyter.Bundle;
import dev.loupe.kernel.jupyter.Host;
import dev.loupe.kernel.jupyter.MagicCommands;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.magic.registry.CellMagicFunction;
import io.github.spencerpark.jupyter.kernel.magic.registry.LineMagicFunction;
import io.github.spencerpark.jupyter.kernel.magic.registry.Magics;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The commands as magics of IJava (github.com/SpencerPark/IJava), the original Java kernel. In a cell, or in
 * {@code IJAVA_STARTUP_SCRIPT}:
 *
 * <pre>{@code
 * %classpath LOUPE/build/lib/*.jar
 * dev.loupe.kernel.ijava.LoupeMagics.install();
 * import static dev.loupe.kernel.Verbs.*;
 * }</pre>
 *
 * <p>Invariant: a failure in a magic is one sentence.
 */
public final class LoupeMagics {
    private static final String IJAVA = "io.github.spencerpark.ijava.IJava";

    private LoupeMagics() {}

    /**
     * Gives the IJava kernel that runs this cell the magics.
     *
     * @throws LoupeException if no IJava runs it
     */
    public static void install() {
        try {
            Object kernel = Class.forName(IJAVA).getMethod("getKernelInstance").invoke(null);
            install((BaseKernel) kernel, (Magics)
                    kernel.getClass().getMethod("getMagics").invoke(kernel));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new LoupeException("There is no IJava kernel here; in other notebooks use ./loupe lab.", e);
        }
    }

    /** Gives a kernel the magics. */
    static void install(BaseKernel kernel, Magics magics) {
        new MagicCommands(new IJavaHost(kernel, magics));
    }

    private record IJavaHost(BaseKernel kernel, Magics magics) implements Host {
        @Override
        public void lineMagic(String name, Function<List<String>, Object> magic) {
            LineMagicFunction<Object> line = magic::apply;
            magics.registerLineMagic(name, line);
        }

        @Override
        public void cellMagic(String name, BiFunction<List<String>, String, Object> magic) {
            CellMagicFunction<Object> cell = (words, body) -> {
                magic.apply(words, body);
                return null;
            };
            magics.registerCellMagic(name, cell);
        }

        @Override
        public <T> void render(Class<T> type, Function<T, Bundle> look) {
            kernel.getRenderer()
                    .createRegistration(type)
                    .register((value, context) -> context.getOutputContainer().assign(data(look.apply(value))));
        }

        @Override
        public void display(Bundle bundle, String id) {
            DisplayData data = data(bundle);
            if (id != null) {
                data.setDisplayId(id);
            }
            kernel.display(data);
        }

        @Override
        public void update(Bundle bundle, String id) {
            kernel.getIO().display.updateDisplay(id, data(bundle));
        }

        private static DisplayData data(Bundle bundle) {
            var data = new DisplayData();
            bundle.data().forEach(data::putData);
            bundle.metadata().forEach(data::putMetaData);
            return data;
        }
    }
}
