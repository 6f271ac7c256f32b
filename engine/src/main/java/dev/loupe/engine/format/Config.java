package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model's config.json: values by Hugging Face's names, whichever format they came from.
 *
 * <p>Every getter is named as its key. A key that is missing and has no documented default fails by name.
 */
public final class Config {
    private final Map<String, Object> values;

    public Config(Map<String, Object> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /** {@code model_type}: the architecture. */
    public String modelType() {
        return find("model_type").map(Object::toString).orElseThrow(() -> missing("model_type"));
    }

    public int hiddenSize() {
        return integer("hidden_size");
    }

    public int numHiddenLayers() {
        return integer("num_hidden_layers");
    }

    public int intermediateSize() {
        return integer("intermediate_size");
    }

    public int numAttentionHeads() {
        return integer("num_attention_heads");
    }

    /** Heads of keys and values; absent means one for each query head. */
    public int numKeyValueHeads() {
        return integer("num_key_value_heads", numAttentionHeads());
    }

    /** Size of a head; absent means hidden_size / num_attention_heads. */
    public int headDim() {
        return integer("head_dim", hiddenSize() / numAttentionHeads());
    }

    public int vocabSize() {
        return integer("vocab_size");
    }

    public int maxPositionEmbeddings() {
        return integer("max_position_embeddings");
    }

    public float rmsNormEps() {
        return (float) number("rms_norm_eps");
    }

    public double ropeTheta() {
        return number("rope_theta", 10_000);
    }

    public boolean tieWordEmbeddings() {
        return find("tie_word_embeddings").map(Boolean.class::cast).orElse(false);
    }

    /** A value by its key, null counting as absent. */
    public Optional<Object> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    public int integer(String key) {
        return (int) number(key);
    }

    public int integer(String key, int absent) {
        return (int) number(key, absent);
    }

    public double number(String key) {
        return find(key).map(v -> asNumber(key, v)).orElseThrow(() -> missing(key));
    }

    public double number(String key, double absent) {
        return find(key).map(v -> asNumber(key, v)).orElse(absent);
    }

    private static double asNumber(String key, Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new LoupeException(
                "The model's config says %s = %s, which is no number; the file is damaged or of another kind."
                        .formatted(key, value));
    }

    private static LoupeException missing(String key) {
        return new LoupeException(
                "The model's config lacks %s; get the complete model (config.json or GGUF metadata).".formatted(key));
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
