package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Stands for the tokenizer of a model that comes without one: the model can be run on ids.
 *
 * <p>Invariant: whatever needs the vocabulary fails, and says which files are missing.
 *
 * @param folder the model's
 */
record MissingTokenizer(Path folder) implements Tokenizer {
    private LoupeException missing() {
        return new LoupeException(
                "%s has neither tokenizer.json nor tokenizer.model; get the complete model, or give it ids instead of text."
                        .formatted(folder));
    }

    @Override
    public int[] encode(String text) {
        throw missing();
    }

    @Override
    public int[] encodeTemplate(String rendered) {
        throw missing();
    }

    @Override
    public String decode(int... ids) {
        throw missing();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        throw missing();
    }

    @Override
    public int vocabularySize() {
        return 0;
    }

    @Override
    public String token(int id) {
        throw missing();
    }

    @Override
    public byte[] bytes(int id) {
        throw missing();
    }

    @Override
    public boolean isSpecial(int id) {
        return false;
    }

    @Override
    public OptionalInt bos() {
        return OptionalInt.empty();
    }

    @Override
    public boolean addsBos() {
        return false;
    }

    @Override
    public Set<Integer> eos() {
        return Set.of();
    }

    @Override
    public Map<String, String> templateTokens() {
        return Map.of();
    }
}
