package dev.loupe.engine.backend.vector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;

/**
 * Classes made from one class's bytes: what they are made for is a constant to the compiler, and each has a profile of
 * its own.
 *
 * <p>A loop that serves many dtypes or operations through an interface is fast only as long as a program uses two.
 */
final class Template {
    private Template() {}

    /** An instance of a new class, of the code of {@code template} (of this package), made for {@code data}. */
    static <T> T of(String template, Object data, Class<T> type) {
        try (InputStream bytes = Template.class.getResourceAsStream(template + ".class")) {
            return type.cast(MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes.readAllBytes(), data, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the class of a lookup was made for. */
    static <T> T data(MethodHandles.Lookup lookup, Class<T> type) {
        try {
            return MethodHandles.classData(lookup, "_", type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
