package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader may expect of every source file. */
final class SourcesTest {
    private static final int MOST_LINES = 400;

    @Test
    void noFileIsTooLongToReadAtOnce() throws IOException {
        List<Path> sources = Checkout.files("", ".java");
        assertTrue(sources.size() > 50, "found only " + sources.size());
        var tooLong = new ArrayList<String>();
        for (Path source : sources) {
            long lines = Files.readString(source).lines().count();
            if (lines > MOST_LINES) {
                tooLong.add("%s: %d lines".formatted(Checkout.ROOT.relativize(source), lines));
            }
        }
        assertEquals(List.of(), tooLong);
    }
}
