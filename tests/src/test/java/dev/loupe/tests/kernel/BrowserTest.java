package dev.loupe.tests.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.tests.Checkout;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Notebook 01 in a JupyterLab in Chromium, as lab.py uses it; its screenshots stay in tests/target/browser. */
final class BrowserTest {
    @TestFactory
    List<DynamicTest> firstTokens() throws IOException {
        Optional<Path> chromium = chromium();
        assumeTrue(chromium.isPresent(), "skipped: no Chromium; install it (Debian: apt install chromium)");
        Checkout.assumeSetUp();
        return KernelChecks.run(
                "lab.py",
                System.getenv(),
                List.of(
                        Checkout.ROOT.toString(),
                        Checkout.ROOT.resolve("notebooks/01-first-tokens.ipynb").toString(),
                        Checkout.ROOT.resolve("tests/target/browser").toString(),
                        chromium.get().toString()));
    }

    private static Optional<Path> chromium() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> List.of("chromium", "chromium-browser", "google-chrome").stream()
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
