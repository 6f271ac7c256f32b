package dev.loupe.engine.hub;

import java.nio.file.Path;

/**
 * A model that can be loaded by name.
 *
 * @param name to give to {@code %model}
 * @param path of its file or folder
 * @param bytes on disk
 */
public record StoredModel(String name, Path path, long bytes) {}
