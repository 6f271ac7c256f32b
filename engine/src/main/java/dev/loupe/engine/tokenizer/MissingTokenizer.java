package dev.loupe.engine.tokenizer;

import dev.loupe.engine.LoupeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Stands for the tokenizer of a model that comes without one: the model can be run on ids, which are shown as
 * {@code [123]}.
 *
 * <p>Invariant: a text cannot be encoded, and the error says which files are missing.
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
        return Arrays.stream(ids).mapToObj(this::token).collect(Collectors.joining());
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new ByteStream(this::bytes, false);
    }

    @Override
    public int vocabularySize() {
        return 0;
    }

    @Override
    public String token(int id) {
        return "[" + id + "]";
    }

    @Override
    public byte[] bytes(int id) {
        return token(id).getBytes(StandardCharsets.UTF_8);
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
