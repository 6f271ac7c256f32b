package dev.loupe.tests.kernel;

import dev.loupe.engine.hub.ModelStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The magics in real kernels with the real default model, as stock_kernel.py and own_kernel.py check them. */
final class KernelSessionTest {
    @TempDir
    private Path scratch;

    @TestFactory
    List<DynamicTest> stockKernel() throws IOException {
        return KernelChecks.run(
                "stock_kernel.py",
                "loupe-stock",
                Environment.classPath() + File.pathSeparator + Environment.JJAVA,
                "org.dflib.jjava.distro.JJava",
                scratch,
                ModelStore.find("smollm2").toString());
    }

    @TestFactory
    List<DynamicTest> ownKernel() throws IOException {
        return KernelChecks.run(
                "own_kernel.py", "loupe-own", Environment.kernelClassPath(), "dev.loupe.kernel.notebook.Main", scratch);
    }
}
