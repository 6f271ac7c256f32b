package dev.loupe.engine.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Downloads models and data sets from Hugging Face's Hub into its cache, where Python finds them too
 * (huggingface.co/docs/hub/api).
 *
 * <p>Invariant: nothing is downloaded twice, and nothing that the cache has is asked for again.
 */
final class Hub {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int LARGEST_LIST = 32 << 20;

    private final HubSettings settings;
    private final Duration pause;

    Hub(HubSettings settings, Duration pause) {
        this.settings = settings;
        this.pause = pause;
    }

    /**
     * Downloads a model with what it needs, or a file of a data set.
     *
     * @return the folder of its files, or the file that the id names
     * @throws LoupeException with the remedy, if it cannot be had
     */
    Path download(HubId id, Progress progress) {
        if (settings.offline()) {
            throw new LoupeException(
                    "%s is not in Hugging Face's cache %s and HF_HUB_OFFLINE forbids to download it; unset it or name a %s that is here."
                            .formatted(id, settings.cache().folder(), id.kind().noun()));
        }
        try (var client = new HubClient(settings)) {
            return new Transfer(client, id, progress).run();
        }
    }

    /** One download. */
    private final class Transfer {
        private final HubClient client;
        private final HubId id;
        private final Progress progress;
        private final Cancellation cancellation = new Cancellation();
        private String revision;
        private long total;
        private long done;

        Transfer(HubClient client, HubId id, Progress progress) {
            this.client = client;
            this.id = id;
            this.progress = progress;
        }

        Path run() {
            var wanted = new WantedFiles(id, list());
            fetch(wanted.first());
            fetch(wanted.all(this::read));
            Path folder = settings.cache().enter(id, revision);
            progress.update(task(), Math.max(1, total), Math.max(1, total));
            return id.file().map(folder::resolve).orElse(folder);
        }

        /** The paths of all files of "main", which sets the revision too. */
        private List<String> list() {
            JsonNode repository =
                    json("/api/%s/%s/revision/main".formatted(id.kind().plural(), id.repository()));
            revision = repository.path("sha").asText();
            if (!HubCache.isRevision(revision)) {
                throw new LoupeException("%s does not answer as the Hub does (no revision of %s); check HF_ENDPOINT."
                        .formatted(settings.endpoint(), id));
            }
            var names = new ArrayList<String>();
            repository
                    .path("siblings")
                    .forEach(file -> names.add(file.path("rfilename").asText()));
            return names;
        }

        private JsonNode json(String path) {
            HttpResponse<InputStream> response;
            try {
                response = client.get(path, 0);
                try (InputStream body = response.body();
                        var watch = new StallWatch(body)) {
                    if (response.statusCode() != 200) {
                        throw client.refusal(id, response.statusCode());
                    }
                    return JSON.readTree(body.readNBytes(LARGEST_LIST));
                }
            } catch (JsonProcessingException e) {
                throw new LoupeException(
                        "%s does not answer as the Hub does; check HF_ENDPOINT and the network's log-in page."
                                .formatted(settings.endpoint()),
                        e);
            } catch (IOException e) {
                throw client.unreachable(id, e);
            }
        }

        private void fetch(List<String> names) {
            Map<RemoteFile, Path> missing = new LinkedHashMap<>();
            for (String name : names) {
                if (Files.exists(settings.cache().file(id, revision, name))) {
                    continue;
                }
                RemoteFile file = ask(name);
                Path blob = settings.cache().blob(id, file.etag());
                if (!Files.exists(blob)) {
                    total += Math.max(0, file.size());
                }
                missing.put(file, blob);
            }
            missing.forEach((file, blob) -> {
                if (!Files.exists(blob)) {
                    new Download(client, id, cancellation, this::received, pause).fetch(file, path(file.name()), blob);
                }
                settings.cache().link(id, revision, file.name(), blob);
            });
        }

        private RemoteFile ask(String name) {
            try {
                HttpResponse<Void> response = client.head(path(name));
                if (response.statusCode() >= 400) {
                    throw client.refusal(id, response.statusCode());
                }
                return RemoteFile.of(name, response.headers());
            } catch (IOException e) {
                throw client.unreachable(id, e);
            }
        }

        private String path(String name) {
            var path = new StringBuilder("/%s/resolve/%s".formatted(id.page(), revision));
            for (String part : name.split("/")) {
                path.append('/')
                        .append(URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"));
            }
            return path.toString();
        }

        private void received(long bytes) {
            done += bytes;
            progress.update(task(), Math.clamp(done, 0, Math.max(1, total - 1)), Math.max(1, total));
        }

        private String task() {
            return "downloading " + id;
        }

        private byte[] read(String name) throws IOException {
            return Files.readAllBytes(settings.cache().file(id, revision, name));
        }
    }
}
