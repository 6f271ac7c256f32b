package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds models by name: a path, a bundled model, or one in Hugging Face's cache.
 *
 * <p>Invariant: files are used where they lie; nothing is copied.
 */
public final class ModelStore {
    private static final Pattern HUB_ID = Pattern.compile("[\\w.-]{1,96}/[\\w.-]{1,96}");

    private ModelStore() {}

    /**
     * Where a model lies.
     *
     * @param nameOrPath path of a GGUF file or Hugging Face folder, a known name ({@code smollm2}), or a Hugging Face
     *     id ({@code org/name}) in the local cache
     * @throws LoupeException if there is none, naming the nearest
     */
    public static Path find(String nameOrPath) {
        String name = nameOrPath.strip();
        return bundled(name).or(() -> path(name)).or(() -> cached(name)).orElseThrow(() -> unknown(name));
    }

    /** All models with a name: the bundled ones, then those in Hugging Face's cache. */
    public static List<StoredModel> list() {
        var models = new ArrayList<StoredModel>();
        for (KnownModel known : KnownModel.ALL) {
            bundled(known.name()).ifPresent(path -> models.add(new StoredModel(known.name(), path, bytes(path))));
        }
        HubCache cache = cache();
        for (String id : cache.ids()) {
            cache.snapshot(id).ifPresent(path -> models.add(new StoredModel(id, path, bytes(path))));
        }
        return models;
    }

    /** The folder of Hugging Face's local cache, whether or not it exists. */
    public static Path cacheFolder() {
        return cache().folder();
    }

    private static Optional<Path> path(String name) {
        try {
            return Optional.of(UserPath.of(name)).filter(path -> !name.isEmpty() && Files.exists(path));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> bundled(String name) {
        return KnownModel.ALL.stream()
                .filter(known -> known.name().equalsIgnoreCase(name))
                .findFirst()
                .flatMap(known -> PythonPackages.find(known.file()));
    }

    private static Optional<Path> cached(String name) {
        return HUB_ID.matcher(name).matches() ? cache().snapshot(name) : Optional.empty();
    }

    private static HubCache cache() {
        return HubCache.of(System.getenv());
    }

    private static LoupeException unknown(String name) {
        if (KnownModel.ALL.stream().anyMatch(known -> known.name().equalsIgnoreCase(name))) {
            return new LoupeException(
                    "The model %s is not installed; run ./loupe once, which fetches it.".formatted(name));
        }
        String shown = name.length() > 200 ? name.substring(0, 200) + "..." : name;
        if (name.endsWith(".gguf") || name.startsWith("/") || name.startsWith(".") || name.startsWith("~")) {
            return new LoupeException("There is no file or folder %s; check the path.".formatted(shown));
        }
        List<String> names = Stream.concat(KnownModel.ALL.stream().map(KnownModel::name), cache().ids().stream())
                .toList();
        return new LoupeException(
                "There is no model '%s' here (no path, no known name, not in Hugging Face's cache); %s"
                        .formatted(shown, Nearest.remedy(name, names)));
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
