package dev.loupe.engine.hub;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hugging Face's cache of downloaded models, shared with Python
 * (huggingface.co/docs/huggingface_hub/guides/manage-cache).
 *
 * <pre>
 *   models--org--name/refs/main              the revision that "main" was
 *   models--org--name/snapshots/REVISION/    the files, links to ../../blobs
 *   models--org--name/blobs/ETAG
 * </pre>
 *
 * <p>Invariant: reading it changes nothing.
 */
record HubCache(Path folder) {
    /** Where Hugging Face's own tools look: HF_HUB_CACHE, else HF_HOME/hub, else below the user's cache folder. */
    static HubCache of(Map<String, String> environment) {
        String cache = environment.getOrDefault("HF_HUB_CACHE", environment.get("HUGGINGFACE_HUB_CACHE"));
        if (cache != null && !cache.isBlank()) {
            return new HubCache(UserPath.of(cache));
        }
        String home = environment.get("HF_HOME");
        if (home != null && !home.isBlank()) {
            return new HubCache(UserPath.of(home).resolve("hub"));
        }
        String caches = environment.get("XDG_CACHE_HOME");
        Path base = caches != null && !caches.isBlank() ? UserPath.of(caches) : UserPath.of("~/.cache");
        return new HubCache(base.resolve("huggingface/hub"));
    }

    /** The folder of a model, whether or not it exists. */
    Path repository(String id) {
        return folder.resolve("models--" + id.replace("/", "--"));
    }

    /** The files of a model as "main" was when downloaded, if it was. */
    Optional<Path> snapshot(String id) {
        Path repository = repository(id);
        try {
            String revision = Files.readString(repository.resolve("refs/main")).strip();
            if (!revision.matches("[0-9a-zA-Z._-]{1,64}")) {
                return Optional.empty();
            }
            Path snapshot = repository.resolve("snapshots").resolve(revision);
            return Files.isDirectory(snapshot) ? Optional.of(snapshot) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
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
                    if (snapshot(id).isPresent()) {
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
}
