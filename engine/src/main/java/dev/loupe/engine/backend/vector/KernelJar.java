package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes of all kernels to a jar, for the class path: a JVM's AOT cache (JEP 483) keeps classes, their
 * links and their profiles (JEP 515) only of classes that it finds there.
 *
 * <p>Invariant: they are what {@link Template} makes in a process without that jar. It goes with the classes of this
 * package that it was written by.
 */
public final class KernelJar {
    private KernelJar() {}

    /**
     * Writes the jar.
     *
     * @param arguments its path
     */
    public static void main(String[] arguments) throws IOException, IllegalAccessException {
        write(Path.of(arguments[0]));
    }

    static void write(Path jar) throws IOException, IllegalAccessException {
        for (DType dtype : DTypes.all()) {
            TileKernels.of(dtype);
        }
        MethodHandles.lookup().ensureInitialized(Elementwise.class);
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> made : Template.made().entrySet()) {
                out.putNextEntry(new JarEntry(made.getKey().replace('.', '/') + ".class"));
                out.write(made.getValue());
            }
        }
    }
}
