package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.dtype.DTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Its failures are told to nobody, so none may be built in. */
class KernelClassesTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/loupe/engine/backend/vector");
    private static final Pattern OPERATOR = Pattern.compile("VectorOperators\\.[A-Z0-9_]+");

    @Test
    void initializes() {
        assertDoesNotThrow(() -> KernelClasses.initialize());
        assertDoesNotThrow(() -> KernelClasses.initialize(DTypes.all()));
    }

    @Test
    void everyOperatorOfKernelsHasRunBefore() throws IOException {
        List<String> run = operators(SOURCES.resolve("KernelClasses.java"));
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                for (String operator : operators(source)) {
                    assertTrue(run.contains(operator), () -> operator + " of " + source.getFileName());
                }
            }
        }
    }

    private static List<String> operators(Path source) throws IOException {
        return OPERATOR.matcher(Files.readString(source))
                .results()
                .map(MatchResult::group)
                .toList();
    }
}
