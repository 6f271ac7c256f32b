package dev.loupe.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SkippedTestsTest {
    @TempDir
    private Path folder;

    static final class WholeClass {
        @BeforeAll
        static void load() {
            abort("skipped: no model\n here");
        }

        @Test
        void one() {}

        @Test
        void two() {}
    }

    static final class Some {
        @Test
        void runs() {}

        @Test
        void assumes() {
            assumeTrue(false, "skipped: no ../shared");
        }

        @Test
        @Disabled("too slow")
        void isDisabled() {}

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void everyOdd(int i) {
            assumeTrue(i % 2 == 1, "even");
        }
    }

    @Test
    void eachIsNamedWithItsReason() throws IOException {
        assertEquals(List.of("skipped: no model here (SkippedTestsTest$WholeClass, 2 tests)"), skips(WholeClass.class));
        assertEquals(
                List.of(
                        "skipped: even (SkippedTestsTest$Some.everyOdd [2] i = 2)",
                        "skipped: no ../shared (SkippedTestsTest$Some.assumes)",
                        "skipped: too slow (SkippedTestsTest$Some.isDisabled)"),
                skips(Some.class));
    }

    private List<String> skips(Class<?> tests) throws IOException {
        var out = new ByteArrayOutputStream();
        Path file = folder.resolve(tests.getSimpleName());
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        var config = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .build();
        LauncherFactory.create(config).execute(request, new SkippedTests(file, new PrintStream(out)));
        assertEquals(Files.readString(file), out.toString());
        return Files.readAllLines(file).stream().sorted().toList();
    }
}
