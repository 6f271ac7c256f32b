package dev.loupe.engine.format;

import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model in a GGUF file (github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
public final class GgufModel implements ModelFiles {
    /** Opens and checks a file, memory-mapped. */
    public static GgufModel open(Path path) {
        throw new UnsupportedOperationException();
    }

    /** The file's metadata by key: numbers, Boolean, String, List and primitive arrays. */
    public Map<String, Object> metadata() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String name() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path path() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Config config() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> tensorNames() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Tensor tensor(String name, Arena arena) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> chatTemplate() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long bytes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
