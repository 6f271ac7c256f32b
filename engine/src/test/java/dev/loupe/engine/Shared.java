package dev.loupe.engine;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference data in the folder {@code shared} beside the checkout, or above it. */
public final class Shared {
    private Shared() {}

    /**
     * A file or folder of the reference data; the test that asks for one that is not there is aborted with the reason.
     */
    public static Path path(String relative) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            Path candidate = folder.resolve("shared").resolve(relative);
            if (Files.exists(candidate)) {
                return candidate;
            }
            folder = folder.getParent();
        }
        return abort("skipped: no ../shared");
    }
}
