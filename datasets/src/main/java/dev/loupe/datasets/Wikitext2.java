package dev.loupe.datasets;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.DatasetStore;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The raw test split of WikiText-2 (<a href="https://arxiv.org/abs/1609.07843">arXiv:1609.07843</a>).
 *
 * <p>It goes round in several shapes: alone or in a zip archive, with blank lines between paragraphs, without them,
 * with either line end. Invariant: whichever is found, the text is the one without blank lines, and its checksum is
 * known.
 */
final class Wikitext2 {
    private static final String SHA256 = "bbf94c53a05abe9ee670d3b6343608095822c85e26de37c70b24fc571964574a";
    private static final List<String> NAMES = List.of("wiki.test.raw", "wikitext-2-raw-test.txt", "test.txt");
    private static final int DEPTH = 6;

    /** Where llama.cpp's {@code get-wikitext-2.sh} has it from: the original archive, 5 MB. */
    private static final String REPOSITORY = "ggml-org/ci";

    private static final String ARCHIVE = "wikitext-2-raw-v1.zip";

    private Wikitext2() {}

    /** The text from a file, an archive, or a folder that has one of the usual file names somewhere below. */
    static Text load(Path path) {
        Path file = Files.isDirectory(path)
                ? find(path)
                        .orElseThrow(() -> new LoupeException("There is no %s below %s: name the file itself."
                                .formatted(String.join(", ", NAMES), path)))
                : path;
        String raw = file.toString().endsWith(".zip") ? TextFile.readFromZip(file, NAMES) : TextFile.read(file);
        String content = raw.lines().filter(line -> !line.isBlank()).collect(Collectors.joining("\n", "", "\n"));
        if (!Checksum.of(content).equals(SHA256)) {
            throw new LoupeException(
                    ("%s is not WikiText-2's raw test split (its checksum differs): use wiki.test.raw of"
                                    + " wikitext-2-raw-v1, or read the file as any other text.")
                            .formatted(file));
        }
        return new Text("wikitext2", content, "WikiText-2, raw test split", "CC-BY-SA-3.0");
    }

    /** The text from a data set called wikitext in Hugging Face's cache, or from the archive, downloaded if need be. */
    static Text fromHub(DatasetStore store, Progress progress) {
        return repositories(store.folder()).stream()
                .flatMap(repository -> find(repository).stream())
                .findFirst()
                .map(Wikitext2::load)
                .orElseGet(() -> load(archive(store, progress)));
    }

    private static Path archive(DatasetStore store, Progress progress) {
        try {
            return store.findOrDownload(REPOSITORY, ARCHIVE, progress);
        } catch (CancelledException e) {
            throw e;
        } catch (LoupeException e) {
            throw new LoupeException(
                    ("WikiText-2 is not in Hugging Face's cache %s and cannot be downloaded (%s): name the path of"
                                    + " wiki.test.raw, or measure on the built-in text primer.")
                            .formatted(store.folder(), e.getMessage().replaceFirst("\\.$", "")),
                    e);
        }
    }

    private static List<Path> repositories(Path hub) {
        if (!Files.isDirectory(hub)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(hub)) {
            return folders.filter(folder -> folder.getFileName().toString().matches("datasets--.*wikitext.*"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(hub, e);
        }
    }

    private static Optional<Path> find(Path folder) {
        try (Stream<Path> files = Files.walk(folder, DEPTH)) {
            return files.filter(file -> NAMES.contains(file.getFileName().toString()))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(folder, e);
        }
    }

    private static LoupeException unreadable(Path folder, Exception e) {
        return new LoupeException(
                "%s cannot be read (%s): check its permissions.".formatted(folder, e.getMessage()), e);
    }
}
