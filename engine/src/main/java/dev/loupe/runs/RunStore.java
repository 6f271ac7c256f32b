package dev.loupe.runs;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder with the results of experiments, one file a run, by default {@code loupe-runs} in the working directory
 * (beside the notebook).
 *
 * <p>Invariant: a file is only ever added to, by this class; a foreign file in the folder is left alone.
 */
public final class RunStore {
    private static final String FOLDER = "loupe-runs";
    private static final String ENDING = ".jsonl";

    private final Path folder;

    private RunStore(Path folder) {
        this.folder = folder;
    }

    /** The runs of the working directory. */
    public static RunStore local() {
        return in(Path.of(FOLDER));
    }

    /** The runs in a folder, which comes into being with the first. */
    public static RunStore in(Path folder) {
        return new RunStore(folder);
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /**
     * Begins a run.
     *
     * @param kind a word: "perplexity", "compare", "bench"
     * @param settings what was asked for, by name: texts, numbers, lists of them
     */
    public RunLog begin(String kind, Map<String, ?> settings) {
        RunHeader header = RunHeader.now(kind, settings);
        String name = header.started().replace(":", "").replace("Z", "") + "-" + kind;
        Path path = folder.resolve(name + ENDING);
        for (int i = 2; Files.exists(path); i++) {
            path = folder.resolve(name + "-" + i + ENDING);
        }
        return new RunLog(path, header, false);
    }

    /** Goes on with a run that was stopped. */
    public RunLog resume(StoredRun run) {
        try {
            String text = Files.readString(run.path());
            if (!text.endsWith("\n")) {
                Files.write(run.path(), "\n".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new LoupeException(
                    "The run %s cannot be gone on with (%s); measure again.".formatted(run.path(), e.getMessage()), e);
        }
        return new RunLog(run.path(), run.header(), true);
    }

    /** The newest run of this kind with these settings, if it was stopped before its end. */
    public Optional<StoredRun> unfinished(String kind, Map<String, ?> settings) {
        RunHeader asked = RunHeader.now(kind, settings);
        return list().reversed().stream()
                .filter(run -> run.header().kind().equals(kind)
                        && RunLog.JSON
                                .valueToTree(run.header().settings())
                                .equals(RunLog.JSON.valueToTree(asked.settings())))
                .findFirst()
                .filter(run -> !run.complete());
    }

    /** All runs, oldest first; files that are none are left out. */
    public List<StoredRun> list() {
        var runs = new ArrayList<StoredRun>();
        if (!Files.isDirectory(folder)) {
            return runs;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                try {
                    runs.add(StoredRun.read(file));
                } catch (LoupeException e) {
                    continue; // a foreign file
                }
            }
        } catch (IOException e) {
            throw new LoupeException("%s cannot be listed; check its permissions.".formatted(folder), e);
        }
        runs.sort((a, b) -> a.name().compareTo(b.name()));
        return runs;
    }

    /**
     * A run by its number in {@link #list()} (1 is the oldest), its name, or "last".
     *
     * @throws LoupeException if there is none
     */
    public StoredRun find(String which) {
        List<StoredRun> runs = list();
        if (runs.isEmpty()) {
            throw new LoupeException(
                    "There are no runs in %s yet; measure something, for example with %%perplexity.".formatted(folder));
        }
        for (int i = 0; i < runs.size(); i++) {
            StoredRun run = runs.get(i);
            boolean last = which.equals("last") && i == runs.size() - 1;
            if (last || which.equals(Integer.toString(i + 1)) || which.equals(run.name())) {
                return run;
            }
        }
        throw new LoupeException("There is no run '%s' in %s; name one by its number from 1 to %d, or last."
                .formatted(which, folder, runs.size()));
    }
}
