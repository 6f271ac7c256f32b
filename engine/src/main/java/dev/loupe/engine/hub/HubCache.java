package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Hugging Face's cache of downloads, shared with Python (huggingface.co/docs/huggingface_hub/guides/manage-cache).
 *
 * <pre>
 *   models--org--name/refs/main              the revision that "main" was
 *   models--org--name/snapshots/REVISION/    the files, links to ../../blobs
 *   models--org--name/blobs/ETAG
 * </pre>
 *
 * A data set lies in {@code datasets--org--name}.
 *
 * <p>Invariant: a revision is entered in refs only after all files asked for are there.
 */
record HubCache(Path folder) {
    private static final Pattern REVISION = Pattern.compile("[0-9a-zA-Z._-]{1,128}");

    /** Where Hugging Face's own tools look: HF_HUB_CACHE, else {@code hub} in their home. */
    static HubCache of(Map<String, String> environment) {
        String cache = environment.getOrDefault("HF_HUB_CACHE", environment.get("HUGGINGFACE_HUB_CACHE"));
        return new HubCache(
                cache != null && !cache.isBlank()
                        ? UserPath.of(cache)
                        : home(environment).resolve("hub"));
    }

    /** HF_HOME, else {@code huggingface} in the user's cache folder. */
    static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("HF_HOME", "");
        if (!home.isBlank()) {
            return UserPath.of(home);
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        return (caches.isBlank() ? UserPath.of("~/.cache") : UserPath.of(caches)).resolve("huggingface");
    }

    /** Whether a name from the network stays inside the folder it is put in. */
    static boolean isSafe(String file) {
        return !file.isEmpty()
                && file.length() <= 255
                && file.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':')
                && !List.of(file.split("/", -1)).stream().anyMatch(part -> part.isEmpty() || part.startsWith("."));
    }

    static boolean isRevision(String text) {
        return REVISION.matcher(text).matches() && !text.startsWith(".");
    }

    private Path repository(HubId id) {
        return folder.resolve(id.kind().plural() + "--" + id.repository().replace("/", "--"));
    }

    /** The files of "main" as it was when last seen, complete or not. */
    private Optional<Path> snapshot(HubId id) {
        Path repository = repository(id);
        try {
            String revision = Files.readString(repository.resolve("refs/main")).strip();
            return Optional.of(revision)
                    .filter(HubCache::isRevision)
                    .map(repository.resolve("snapshots")::resolve)
                    .filter(Files::isDirectory);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A model's folder, or the file that the id names, if all of it was downloaded. */
    Optional<Path> find(HubId id) {
        Optional<Path> snapshot = snapshot(id);
        return id.file().isPresent()
                ? snapshot.map(folder -> folder.resolve(id.file().get())).filter(Files::exists)
                : snapshot.filter(HubCache::isWhole);
    }

    /** Python enters a revision before its files are there, and fetches single ones. */
    private static boolean isWhole(Path snapshot) {
        Path index = snapshot.resolve(WantedFiles.INDEX);
        try (Stream<Path> files = Files.list(snapshot)) {
            if (!Files.exists(index) || Files.exists(snapshot.resolve(WantedFiles.SINGLE))) {
                return files.anyMatch(file -> file.toString().matches(".*\\.(safetensors|gguf)") && Files.exists(file));
            }
            return WantedFiles.shards(Files.readAllBytes(index)).stream()
                    .allMatch(shard -> isSafe(shard) && Files.exists(snapshot.resolve(shard)));
        } catch (IOException e) {
            return false;
        }
    }

    /** Ids of all models downloaded, in alphabetical order. */
    List<String> ids() {
        var ids = new ArrayList<String>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> models = Files.newDirectoryStream(folder, "models--*")) {
                for (Path model : models) {
                    String id = model.getFileName()
                            .toString()
                            .substring("models--".length())
                            .replaceFirst("--", "/");
                    if (HubId.parse(id)
                            .or(() -> HubId.canonical(id))
                            .flatMap(this::find)
                            .isPresent()) {
                        ids.add(id);
                    }
                }
            } catch (IOException e) {
                return List.of();
            }
        }
        Collections.sort(ids);
        return ids;
    }

    /** Where the content with this etag lies or will lie; its folder is made. */
    Path blob(HubId id, String etag) {
        Path blobs = repository(id).resolve("blobs");
        try {
            Files.createDirectories(blobs);
        } catch (IOException e) {
            throw notWritable(e);
        }
        return blobs.resolve(etag);
    }

    /** Where a file of a revision is or will be. */
    Path file(HubId id, String revision, String file) {
        return repository(id).resolve("snapshots").resolve(revision).resolve(file);
    }

    /** Makes a file of a revision out of its content: a link where the system has links, else the content moves. */
    void link(HubId id, String revision, String file, Path blob) {
        Path link = file(id, revision, file);
        try {
            Files.createDirectories(link.getParent());
            if (Files.isSymbolicLink(link) && !Files.exists(link)) {
                Files.delete(link);
            }
            try {
                Files.createSymbolicLink(link, link.getParent().relativize(blob));
            } catch (FileAlreadyExistsException e) {
                return;
            } catch (UnsupportedOperationException | IOException e) {
                Files.move(blob, link, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /** Enters what "main" is now, and gives its files' folder. */
    Path enter(HubId id, String revision) {
        Path repository = repository(id);
        try {
            Files.createDirectories(repository.resolve("refs"));
            Files.writeString(repository.resolve("refs/main"), revision);
            return repository.resolve("snapshots").resolve(revision);
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    private LoupeException notWritable(IOException cause) {
        return new LoupeException(
                "Hugging Face's cache %s cannot be written (%s); check its permissions or set HF_HOME."
                        .formatted(folder, cause.getMessage()),
                cause);
    }
}
