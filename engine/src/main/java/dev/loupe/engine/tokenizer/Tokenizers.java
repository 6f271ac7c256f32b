package dev.loupe.engine.tokenizer;

import java.nio.file.Path;
import java.util.Map;

/** Makes the tokenizer of a model from what its files say. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * The tokenizer in a GGUF file's metadata.
     *
     * @param metadata by key, as {@link dev.loupe.engine.format.GgufModel#metadata()} gives it
     * @throws dev.loupe.engine.LoupeException if it is incomplete or damaged, or of a kind or pre-tokenizer that is not
     *     supported
     */
    public static Tokenizer fromGguf(Map<String, Object> metadata) {
        return new GgufTokenizer(new GgufKeys(metadata)).build();
    }

    /**
     * The tokenizer in a folder as Hugging Face lays it out: tokenizer.json or tokenizer.model, with
     * tokenizer_config.json, special_tokens_map.json, generation_config.json and config.json where they are there.
     *
     * @return in a folder without tokenizer one that shows ids and cannot encode
     * @throws dev.loupe.engine.LoupeException if it is damaged, or has a component that is not supported
     */
    public static Tokenizer fromHuggingFace(Path folder) {
        return new HuggingFaceFolder(folder).tokenizer();
    }
}
