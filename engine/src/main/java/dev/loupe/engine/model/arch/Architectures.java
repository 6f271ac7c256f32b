package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.model.Architecture;
import java.util.Map;
import java.util.TreeMap;

/** Which architecture a model_type names: the one line to add for a new one. */
public final class Architectures {
    private static final Map<String, Architecture> BY_MODEL_TYPE = new TreeMap<>(Map.of("llama", new Llama()));

    private Architectures() {}

    /** @throws LoupeException that lists the known ones */
    public static Architecture of(String modelType) {
        Architecture architecture = BY_MODEL_TYPE.get(modelType);
        if (architecture == null) {
            throw new LoupeException("The architecture \"%s\" is not supported; supported are %s."
                    .formatted(modelType, String.join(", ", BY_MODEL_TYPE.keySet())));
        }
        return architecture;
    }
}
