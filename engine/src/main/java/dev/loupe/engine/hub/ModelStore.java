package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds models by name: a path, a bundled model, or one in Hugging Face's cache.
 *
 * <p>Invariant: files are used where they lie; nothing is copied.
 */
public final class ModelStore {
    /** Before a failed request is tried again. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    private ModelStore() {}

    /**
     * Where a model lies; nothing is asked of the network.
     *
     * @param nameOrPath path of a GGUF file or Hugging Face folder, a known name ({@code smollm2}), or a Hugging Face
     *     id in the local cache: {@code org/name}, or {@code org/name/file.gguf} for one file of several
     * @throws LoupeException if there is none, naming the nearest
     */
    public static Path find(String nameOrPath) {
        String name = nameOrPath.strip();
        return here(name).orElseThrow(() -> unknown(name));
    }

    /**
     * As {@link #find}, but a Hugging Face id that is not in the cache is downloaded into it; an interrupt of this
     * thread stops that and keeps what came.
     *
     * @throws LoupeException if there is none, or it cannot be downloaded
     */
    public static Path findOrDownload(String nameOrPath, Progress progress) {
        String name = nameOrPath.strip();
        Optional<HubId> id = looksLikePath(name) ? Optional.empty() : HubId.parse(name);
        Optional<Path> here = here(name);
        if (here.isPresent()) {
            return here.get();
        }
        HubSettings settings = HubSettings.of(System.getenv());
        HubId wanted = id.or(() -> canonical(name, settings)).orElseThrow(() -> unknown(name));
        return new Hub(settings, PAUSE).download(wanted, progress);
    }

    /** A name without an organisation is asked for only where it is no slip of a name that is here. */
    private static Optional<HubId> canonical(String name, HubSettings settings) {
        boolean slip = looksLikePath(name)
                || KnownModel.of(name).isPresent()
                || !Nearest.of(name, names()).isEmpty();
        return slip || settings.offline() ? Optional.empty() : HubId.canonical(name);
    }

    private static Optional<Path> here(String name) {
        return KnownModel.of(name)
                .flatMap(KnownModel::path)
                .or(() -> path(name))
                .or(() -> cached(name));
    }

    /** All models with a name: the bundled ones, then those in Hugging Face's cache. */
    public static List<StoredModel> list() {
        var models = new ArrayList<StoredModel>();
        for (KnownModel known : KnownModel.ALL) {
            List<Path> files = known.installed();
            if (!files.isEmpty()) {
                long bytes = files.stream().mapToLong(ModelStore::bytes).sum();
                models.add(new StoredModel(known.name(), files.getFirst(), bytes));
            }
        }
        HubCache cache = cache();
        for (String id : cache.ids()) {
            cached(id).ifPresent(path -> models.add(new StoredModel(id, path, bytes(path))));
        }
        return models;
    }

    private static Optional<Path> path(String name) {
        try {
            return Optional.of(UserPath.of(name)).filter(path -> !name.isEmpty() && Files.exists(path));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> cached(String name) {
        return HubId.parse(name).or(() -> HubId.canonical(name)).flatMap(id -> cache().find(id));
    }

    private static HubCache cache() {
        return HubCache.of(System.getenv());
    }

    private static boolean looksLikePath(String name) {
        return name.startsWith("/") || name.startsWith(".") || name.startsWith("~");
    }

    private static LoupeException unknown(String name) {
        Optional<KnownModel> known = KnownModel.of(name);
        if (known.isPresent()) {
            return new LoupeException("The model %s is not installed; run \".venv/bin/pip install %s\"."
                    .formatted(name, known.get().requirement()));
        }
        String shown = name.length() > 200 ? name.substring(0, 200) + "..." : name;
        if (looksLikePath(name) || name.endsWith(".gguf")) {
            return new LoupeException("There is no file or folder %s; check the path.".formatted(shown));
        }
        return new LoupeException(
                "There is no model '%s' here (no path, no known name, not in Hugging Face's cache); %s"
                        .formatted(shown, Nearest.remedy(name, names())));
    }

    private static List<String> names() {
        return Stream.concat(KnownModel.ALL.stream().map(KnownModel::name), cache().ids().stream())
                .toList();
    }

    private static long bytes(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            throw new LoupeException("%s cannot be read; check its permissions.".formatted(path), e);
        }
    }
}
