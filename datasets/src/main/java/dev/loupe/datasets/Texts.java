package dev.loupe.datasets;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.hub.DatasetStore;
import dev.loupe.engine.hub.UserPath;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

/** The texts that perplexity can be measured on: {@code llm.perplexity(Texts.primer().content(), 512, 4)}. */
public final class Texts {
    private static final String PRIMER = "primer.txt";
    private static final String PRIMER_SHA256 = "7356443202b7dddffb0adf899cdeb736ac93af4bab631478fb31592608144421";

    private Texts() {}

    /**
     * "How Language Models Work: A Primer", an English text of 43 kB written for Loupe; always there, no network
     * needed.
     *
     * @throws LoupeException if the jar was altered: the checksum is compared
     */
    public static Text primer() {
        String content = resource(PRIMER);
        if (!Checksum.of(content).equals(PRIMER_SHA256)) {
            throw new LoupeException("The built-in text primer is damaged (its checksum differs): build Loupe again.");
        }
        return new Text("primer", content, "written for Loupe", "Apache-2.0");
    }

    /**
     * The raw test split of WikiText-2 from Hugging Face's cache (HF_HUB_CACHE, HF_HOME, or the default folder), into
     * which it is downloaded if it is not there (5 MB); checksums are compared.
     *
     * @throws LoupeException if it cannot be had or is another text
     */
    public static Text wikitext2(Progress progress) {
        return Wikitext2.fromHub(DatasetStore.of(System.getenv()), progress);
    }

    /**
     * The raw test split of WikiText-2 from a file, a zip archive, or a folder that has it; blank lines are removed.
     *
     * @throws LoupeException if it is not there or is another text
     */
    public static Text wikitext2(Path path) {
        return Wikitext2.load(path);
    }

    /**
     * A text file of the user's own, in UTF-8; a byte order mark is dropped and line ends become {@code \n}.
     *
     * @throws LoupeException if it is missing, empty, not UTF-8, or larger than 256 MiB
     */
    public static Text file(Path path) {
        return new Text(Objects.toString(path.getFileName(), "text"), TextFile.read(path), path.toString(), "unknown");
    }

    /**
     * A text by what a person types: {@code primer}, {@code wikitext} (or {@code wikitext2}), or the path of a file.
     *
     * @param progress told of a download
     * @throws LoupeException with the remedy, if it can not be read
     */
    public static Text of(String name, Progress progress) {
        return switch (name) {
            case "primer" -> primer();
            case "wikitext", "wikitext2" -> wikitext2(progress);
            default -> file(path(name));
        };
    }

    private static Path path(String name) {
        try {
            return UserPath.of(name);
        } catch (InvalidPathException e) {
            throw new LoupeException(
                    "\"%s\" is no text that Loupe knows: name primer, wikitext2, or a file's path.".formatted(name), e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Texts.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
