package dev.loupe.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every notebook of the course: as it is committed, and as it runs. */
final class NotebooksTest {
    private static final int MOST_CELLS = 15;
    private static final int EXERCISES = 3;

    /** Looks into the text of a notebook's outputs for what they have to say. */
    private static final Map<String, Consumer<String>> MEANINGS =
            Map.of("02-low-bit.ipynb", LowBitNotebook::check, "05-kernels.ipynb", KernelsNotebook::check);

    static Stream<String> notebooks() throws IOException {
        return Checkout.files("notebooks", ".ipynb").stream()
                .map(file -> file.getFileName().toString());
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void isShortAndCommittedWithoutOutputs(String name) throws IOException {
        JsonNode notebook = read(Checkout.ROOT.resolve("notebooks").resolve(name));
        assertEquals("loupe", notebook.at("/metadata/kernelspec/name").asText());
        assertTrue(notebook.get("cells").size() <= MOST_CELLS, "more than %d cells".formatted(MOST_CELLS));
        for (JsonNode cell : code(notebook)) {
            assertEquals(0, cell.get("outputs").size(), cell::toString);
            assertTrue(cell.get("execution_count").isNull(), cell::toString);
        }
    }

    /** A student sees the exercise open; its solution, kept in the cell's metadata, must be judged right. */
    @ParameterizedTest
    @MethodSource("notebooks")
    void hasThreeExercisesWithSolutions(String name) throws IOException {
        JsonNode notebook = read(Checkout.ROOT.resolve("notebooks").resolve(name));
        String judges = text(code(notebook), "source");
        long solutions = code(notebook).stream()
                .filter(cell -> cell.at("/metadata/loupe").has("solution"))
                .count();
        assertTrue(solutions > 0, "no cell carries a solution in its metadata");
        for (int number = 1; number <= EXERCISES; number++) {
            assertTrue(judges.contains("exercise(%d, ".formatted(number)), "no judge of exercise " + number);
        }
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void runsFromTopToBottom(String name) throws IOException {
        Checkout.assumeSetUp();
        Path out = Checkout.ROOT.resolve("tests/target/notebooks");
        Command run = Command.run(
                Checkout.ROOT,
                System.getenv(),
                "",
                List.of("./loupe", "run", "notebooks/" + name, "--solved", "--out", out.toString()));
        assertEquals(0, run.exit(), run.err());

        String shown = text(code(read(out.resolve(name))), "outputs");
        for (int number = 1; number <= EXERCISES; number++) {
            assertTrue(shown.contains("○ Exercise " + number), "not open at first: " + number + "\n" + shown);
            assertTrue(shown.contains("✓ Exercise " + number), "not solved: " + number + "\n" + shown);
        }
        assertFalse(shown.contains("✗ Exercise"), shown);
        MEANINGS.getOrDefault(name, text -> {}).accept(shown);

        String stem = name.replace(".ipynb", "");
        for (JsonNode cell : code(read(out.resolve(name)))) {
            assertFalse(cell.get("execution_count").isNull(), () -> "not run: " + cell);
            String output = text(List.of(cell), "outputs");
            for (JsonNode expected : cell.at("/metadata/loupe/shows")) {
                assertTrue(Pattern.compile(expected.asText()).matcher(output).find(), () -> expected + " in " + cell);
            }
            for (JsonNode each : cell.get("outputs")) {
                assertFalse(each.get("output_type").asText().equals("error"), each::toString);
                assertFalse(each.path("name").asText().equals("stderr"), each::toString);
            }
        }
        String html = Files.readString(out.resolve(stem + ".html"));
        assertTrue(html.contains("data:image/png;base64,") || html.contains("<table"), "neither picture nor table");
    }

    /** All text of a field of cells: of sources, or of outputs with what they show. */
    private static String text(List<JsonNode> cells, String field) {
        var text = new StringBuilder();
        cells.forEach(cell -> strings(cell.get(field), text));
        return text.toString();
    }

    private static void strings(JsonNode node, StringBuilder text) {
        if (node.isTextual()) {
            text.append(node.asText()).append('\n');
        }
        node.forEach(child -> strings(child, text));
    }

    private static List<JsonNode> code(JsonNode notebook) {
        return notebook.get("cells")
                .valueStream()
                .filter(cell -> cell.get("cell_type").asText().equals("code"))
                .toList();
    }

    private static JsonNode read(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }
}
