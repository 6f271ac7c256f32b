package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model's config.json: values by Hugging Face's names, whichever format and version they came from.
 *
 * <p>Every getter is named as its key. Invariant: there is one form ({@link HfConfig}): {@code rope_theta},
 * {@code rope_scaling} with {@code rope_type} (absent if plain), {@code sliding_window} absent if there is none; a key
 * that is missing and has no documented default fails by name.
 */
public final class Config {
    private static final int MOST_LAYERS = 10_000;

    private final Map<String, Object> values;

    public Config(Map<String, Object> values) {
        this(values, true);
    }

    private Config(Map<String, Object> values, boolean whole) {
        this.values = whole ? HfConfig.canonical(values) : new LinkedHashMap<>(values);
    }

    /** {@code model_type}: the architecture. */
    public String modelType() {
        return text("model_type").orElseThrow(() -> missing("model_type"));
    }

    public int hiddenSize() {
        return size("hidden_size");
    }

    public int numHiddenLayers() {
        int layers = size("num_hidden_layers");
        if (layers > MOST_LAYERS) {
            throw wrong("num_hidden_layers", layers, "more than any model has");
        }
        return layers;
    }

    public int intermediateSize() {
        return size("intermediate_size");
    }

    public int numAttentionHeads() {
        return size("num_attention_heads");
    }

    /** Heads of keys and values; absent means one for each query head. */
    public int numKeyValueHeads() {
        return find("num_key_value_heads").isPresent() ? size("num_key_value_heads") : numAttentionHeads();
    }

    /** Size of a head; absent means hidden_size / num_attention_heads. */
    public int headDim() {
        return find("head_dim").isPresent() ? size("head_dim") : hiddenSize() / numAttentionHeads();
    }

    public int vocabSize() {
        return size("vocab_size");
    }

    public int maxPositionEmbeddings() {
        return size("max_position_embeddings");
    }

    public float rmsNormEps() {
        return (float) number("rms_norm_eps");
    }

    public double ropeTheta() {
        return number("rope_theta", 10_000);
    }

    /**
     * How rotary frequencies are stretched, absent if they are not. Its {@code rope_type} is one of transformers'
     * (linear, dynamic, yarn, longrope, llama3) or {@code factors}: one divisor of each frequency in {@code factors},
     * as GGUF stores Llama 3's.
     */
    public Optional<Config> ropeScaling() {
        return find("rope_scaling").map(scaling -> {
            var values = new LinkedHashMap<String, Object>();
            ((Map<?, ?>) scaling).forEach((key, value) -> values.put((String) key, value));
            return new Config(values, false);
        });
    }

    /** The window of a layer: position i sees i - window + 1 to i. Empty if it sees all before it. */
    public OptionalInt slidingWindow(int layer) {
        return find("sliding_window").isPresent() && slides(layer)
                ? OptionalInt.of(size("sliding_window"))
                : OptionalInt.empty();
    }

    /** As transformers' config classes fill in {@code layer_types}, where the file does not say it. */
    private boolean slides(int layer) {
        if (find("layer_types").orElse(null) instanceof List<?> types) {
            Object type = layer < types.size() ? types.get(layer) : "missing";
            return switch (String.valueOf(type)) {
                case "sliding_attention" -> true;
                case "full_attention" -> false;
                default ->
                    throw new LoupeException(
                            "The model's config says layer %d is of the type \"%s\", which is not supported; use another model."
                                    .formatted(layer, type));
            };
        }
        return switch (modelType()) {
            case "mistral", "mixtral", "phi3" -> true;
            case "qwen2", "qwen3" -> layer >= integer("max_window_layers");
            case "gemma2" -> layer % 2 == 0;
            case "gemma3_text" -> (layer + 1) % size("sliding_window_pattern") != 0;
            default -> false;
        };
    }

    public boolean tieWordEmbeddings() {
        return flag("tie_word_embeddings", false);
    }

    /** A value by its key, null counting as absent. */
    public Optional<Object> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    public Optional<String> text(String key) {
        return find(key).map(value -> {
            if (value instanceof String text) {
                return text;
            }
            throw wrong(key, value, "no text");
        });
    }

    public boolean flag(String key, boolean absent) {
        return find(key)
                .map(value -> {
                    if (value instanceof Boolean flag) {
                        return flag;
                    }
                    throw wrong(key, value, "neither true nor false");
                })
                .orElse(absent);
    }

    public int integer(String key) {
        return wholeNumber(key, number(key));
    }

    public int integer(String key, int absent) {
        return wholeNumber(key, number(key, absent));
    }

    public double number(String key) {
        return find(key).map(v -> asNumber(key, v)).orElseThrow(() -> missing(key));
    }

    public double number(String key, double absent) {
        return find(key).map(v -> asNumber(key, v)).orElse(absent);
    }

    /** A list of numbers, such as {@code short_factor}. */
    public double[] numbers(String key) {
        if (find(key).orElseThrow(() -> missing(key)) instanceof List<?> list) {
            return list.stream().mapToDouble(value -> asNumber(key, value)).toArray();
        }
        throw wrong(key, find(key).orElse(null), "no list of numbers");
    }

    private int size(String key) {
        int size = integer(key);
        if (size < 1) {
            throw wrong(key, size, "no size");
        }
        return size;
    }

    private static int wholeNumber(String key, double value) {
        if (value != (int) value) {
            throw wrong(key, value, "no whole number that can be");
        }
        return (int) value;
    }

    private static double asNumber(String key, Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(key, value, "no number");
    }

    private static LoupeException wrong(String key, Object value, String what) {
        String shown = String.valueOf(value);
        return new LoupeException(
                "The model's config says %s = %s, which is %s; the file is damaged or of another kind."
                        .formatted(key, shown.length() > 60 ? shown.substring(0, 60) + "..." : shown, what));
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
