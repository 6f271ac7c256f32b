package dev.loupe;

import dev.loupe.engine.format.GgufModel;
import dev.loupe.engine.format.HfFolder;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.tokenizer.Tokenizer;
import dev.loupe.engine.tokenizer.Tokenizers;

/** Finds the tokenizer that a model brings. */
final class ModelTokenizer {
    private ModelTokenizer() {}

    static Tokenizer of(ModelFiles files) {
        return switch (files) {
            case GgufModel gguf -> Tokenizers.fromGguf(gguf.metadata());
            case HfFolder folder -> Tokenizers.fromHuggingFace(folder.path());
        };
    }
}
