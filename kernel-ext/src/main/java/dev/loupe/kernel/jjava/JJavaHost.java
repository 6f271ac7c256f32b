package dev.loupe.kernel.jjava;

import dev.loupe.engine.LoupeException;
import dev.loupe.kernel.jupyter.Bundle;
import dev.loupe.kernel.jupyter.Host;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.magic.CellMagic;
import org.dflib.jjava.jupyter.kernel.magic.LineMagic;

/** A kernel on JJava's base. Invariant: a failure of a magic reaches the cell as one sentence. */
record JJavaHost(BaseKernel kernel) implements Host {
    /** What the kernel takes for "no value". */
    private static final String NO_VALUE = "\"__NO_MAGIC_RETURN\"";

    @Override
    public void lineMagic(String name, Function<List<String>, Object> magic) {
        LineMagic<Object, BaseKernel> line = (_, words) -> {
            Object value = brief(() -> magic.apply(words));
            return value == null ? NO_VALUE : value;
        };
        kernel.getMagicsRegistry().registerLineMagic(name, line);
    }

    @Override
    public void cellMagic(String name, BiFunction<List<String>, String, Object> magic) {
        CellMagic<Object, BaseKernel> cell = (_, words, body) -> {
            brief(() -> magic.apply(words, body));
            return NO_VALUE;
        };
        kernel.getMagicsRegistry().registerCellMagic(name, cell);
    }

    private static Object brief(Supplier<Object> magic) {
        try {
            return magic.get();
        } catch (LoupeException e) {
            throw new LoupeError(e.getMessage());
        }
    }

    @Override
    public <T> void render(Class<T> type, Function<T, Bundle> look) {
        kernel.getRenderer()
                .createRegistration(type)
                .register((value, context) -> context.getOutputContainer().assign(data(look.apply(value))));
    }

    @Override
    public void display(Bundle bundle, String id) {
        kernel.display(identified(bundle, id));
    }

    @Override
    public void update(Bundle bundle, String id) {
        kernel.getIO().display.updateDisplay(identified(bundle, id));
    }

    private static DisplayData identified(Bundle bundle, String id) {
        DisplayData data = data(bundle);
        if (id != null) {
            data.putTransientData("display_id", id);
        }
        return data;
    }

    private static DisplayData data(Bundle bundle) {
        var data = new DisplayData();
        bundle.data().forEach(data::putData);
        bundle.metadata().forEach(data::putMetaData);
        return data;
    }
}
