package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.model.Architecture;
import java.util.Map;
import java.util.TreeMap;

/** Which architecture a model_type names: the one line to add for a new one. */
public final class Architectures {
    private static final Map<String, Architecture> BY_MODEL_TYPE = new TreeMap<>(Map.of(
            "baichuan", new Baichuan(),
            "gemma2", new Gemma2(),
            "gemma3_text", new Gemma3(),
            "llama", new Llama(),
            "mistral", new Mistral(),
            "mixtral", new Mixtral(),
            "olmo2", new Olmo2(),
            "phi3", new Phi3(),
            "qwen2", new Qwen2(),
            "qwen3", new Qwen3()));

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
