package dev.loupe.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A run as its file has it: JSON lines (jsonlines.org), the header first, then {@code {"row": ...}} for each result and
 * {@code {"end": "complete"}} when nothing is missing.
 *
 * @param path its file
 * @param header what was asked for
 * @param rows results in the order measured
 * @param complete whether it came to its end
 * @param damaged lines that could not be read, as a crash leaves them
 */
public record StoredRun(Path path, RunHeader header, List<JsonNode> rows, boolean complete, int damaged) {
    static final String ROW = "row";
    static final String END = "end";

    public StoredRun {
        rows = List.copyOf(rows);
    }

    /**
     * Reads a run's file.
     *
     * @throws LoupeException if it is none
     */
    static StoredRun read(Path path) {
        try {
            List<String> lines = Files.readAllLines(path);
            RunHeader header = RunLog.JSON.readValue(lines.isEmpty() ? "" : lines.getFirst(), RunHeader.class);
            var rows = new ArrayList<JsonNode>();
            boolean complete = false;
            int damaged = 0;
            for (String line : lines.subList(1, lines.size())) {
                JsonNode node = parse(line);
                if (node != null && node.has(ROW)) {
                    rows.add(node.get(ROW));
                } else if (node != null && node.has(END)) {
                    complete = true;
                } else if (!line.isBlank()) {
                    damaged++;
                }
            }
            return new StoredRun(path, header, rows, complete, damaged);
        } catch (IOException | RuntimeException e) {
            throw new LoupeException("%s holds no run of Loupe; move it away.".formatted(path), e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return RunLog.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return null; // counted as damaged
        }
    }

    /** Its name: the file's without its ending. */
    public String name() {
        return path.getFileName().toString().replaceFirst("\\.jsonl$", "");
    }

    /**
     * The rows as the records they were written from.
     *
     * @throws LoupeException if the file was written by a version that measured something else
     */
    public <T> List<T> rows(Class<T> type) {
        try {
            var values = new ArrayList<T>();
            for (JsonNode row : rows) {
                values.add(RunLog.JSON.treeToValue(row, type));
            }
            return values;
        } catch (JsonProcessingException e) {
            throw new LoupeException(
                    "%s was written by another version of Loupe and cannot be read as %s; measure again."
                            .formatted(path, type.getSimpleName()),
                    e);
        }
    }
}
