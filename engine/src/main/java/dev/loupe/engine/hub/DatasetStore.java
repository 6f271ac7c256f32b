package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Progress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Files of data sets: those in Hugging Face's cache, and others downloaded into it.
 *
 * <p>Invariant: as with models, what is there is used where it lies and the network is not asked.
 */
public final class DatasetStore {
    private final HubSettings settings;

    private DatasetStore(HubSettings settings) {
        this.settings = settings;
    }

    /** As Hugging Face's own tools are told: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_HUB_OFFLINE and so on. */
    public static DatasetStore of(Map<String, String> environment) {
        return new DatasetStore(HubSettings.of(environment));
    }

    /** The cache's folder, whether or not it exists. */
    public Path folder() {
        return settings.cache().folder();
    }

    /**
     * Where a file of a data set lies, after a download if need be; an interrupt of this thread stops that and keeps
     * what came.
     *
     * @param repository {@code org/name}
     * @param file its path in there
     * @throws LoupeException with the remedy, if it is not here and cannot be had
     */
    public Path findOrDownload(String repository, String file, Progress progress) {
        HubId id = HubId.dataset(repository, file);
        Optional<Path> here = settings.cache().find(id);
        return here.orElseGet(() -> new Hub(settings, ModelStore.PAUSE).download(id, progress));
    }
}
