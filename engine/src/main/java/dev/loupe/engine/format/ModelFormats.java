package dev.loupe.engine.format;

import java.nio.file.Path;

/** Opens a model whatever its format. Invariant: the content decides, not the file's name. */
public final class ModelFormats {
    private ModelFormats() {}

    /**
     * Opens a model file.
     *
     * @throws dev.loupe.engine.LoupeException if it is no model, damaged or of a kind that is not supported
     */
    public static ModelFiles open(Path path) {
        return GgufModel.open(path);
    }
}
