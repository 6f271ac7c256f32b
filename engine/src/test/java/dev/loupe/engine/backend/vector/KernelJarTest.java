package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelJarTest {
    /** With the jar on the class path no class is made at run time: each comes from there, and is initialised. */
    @Test
    void everyKernelIsLoadedFromTheJar(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("kernels.jar");
        KernelJar.write(jar);
        try (var loader = new OwnClasses(jar.toUri().toURL())) {
            Method of = loader.loadClass(TileKernels.class.getName())
                    .getDeclaredMethod("of", loader.loadClass(DType.class.getName()));
            of.setAccessible(true);
            Method byId = loader.loadClass(DTypes.class.getName()).getMethod("parse", String.class);
            int fromJar = 0;
            for (DType dtype : DTypes.all()) {
                Class<?> kernel = of.invoke(null, byId.invoke(null, dtype.id())).getClass();
                if (kernel.getSimpleName().contains("_")) {
                    assertEquals(
                            jar.toUri().toURL(),
                            kernel.getProtectionDomain().getCodeSource().getLocation());
                    fromJar++;
                }
            }
            assertTrue(fromJar > 20, fromJar + " kernels");
        }
    }

    /** Loads this project's classes anew, so that those of the jar are of their package. */
    private static final class OwnClasses extends URLClassLoader {
        OwnClasses(URL jar) {
            super(new URL[] {
                jar, KernelJar.class.getProtectionDomain().getCodeSource().getLocation()
            });
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null
                        ? loaded
                        : name.startsWith("dev.loupe.") ? findClass(name) : super.loadClass(name, resolve);
            }
        }
    }
}
