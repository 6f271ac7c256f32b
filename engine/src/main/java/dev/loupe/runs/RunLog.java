package dev.loupe.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A run being measured: each row goes to its file as soon as it is known.
 *
 * <p>Invariant: what is in the file stays there; a run that is never completed can be resumed. The file comes into
 * being with its first row, so that a run which fails before leaves none.
 */
public final class RunLog {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final RunHeader header;
    private boolean begun;

    RunLog(Path path, RunHeader header, boolean begun) {
        this.path = path;
        this.header = header;
        this.begun = begun;
    }

    /** Its file. */
    public Path path() {
        return path;
    }

    /**
     * Adds a result.
     *
     * @param row a record (or map) that Jackson can write, read back by {@link StoredRun#rows(Class)}
     * @throws LoupeException if it cannot be written; the measurement itself is not lost by that
     */
    public void add(Object row) {
        write(Map.of(StoredRun.ROW, row));
    }

    /** Marks that nothing is missing: an equal run begins anew. */
    public void complete() {
        write(Map.of(StoredRun.END, "complete"));
    }

    private void write(Object line) {
        try {
            if (!begun) {
                Files.createDirectories(path.toAbsolutePath().getParent());
                append(JSON.writeValueAsString(header) + "\n", StandardOpenOption.CREATE_NEW);
                begun = true;
            }
            append(JSON.writeValueAsString(line) + "\n", StandardOpenOption.APPEND);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + line, e);
        } catch (IOException e) {
            throw new LoupeException(
                    "The results cannot be kept in %s (%s); begin in a folder that you may write to."
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    private void append(String text, StandardOpenOption how) throws IOException {
        Files.write(path, text.getBytes(StandardCharsets.UTF_8), how, StandardOpenOption.WRITE);
    }
}
