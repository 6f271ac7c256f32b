package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Turns a GGUF file's metadata into what Hugging Face's config.json of the same model says.
 *
 * <p>What GGUF does not store (Gemma's query scale, Phi-3's window in old files) follows llama.cpp's loader
 * ({@code llama-model.cpp, load_hparams}). Invariant: a key that GGUF lacks and nothing determines stays absent.
 */
final class GgufConfig {
    private static final String LLAMA3_FACTORS = "rope_freqs.weight";
    private static final String SHORT_FACTORS = "rope_factors_short.weight";
    private static final String LONG_FACTORS = "rope_factors_long.weight";

    /** Tensors that say how to rotate and are part of the config. */
    static final Set<String> ROPE_TENSORS = Set.of(LLAMA3_FACTORS, SHORT_FACTORS, LONG_FACTORS);

    /** GGUF's key behind the architecture's name, and Hugging Face's. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("block_count", "num_hidden_layers"),
            Map.entry("context_length", "max_position_embeddings"),
            Map.entry("embedding_length", "hidden_size"),
            Map.entry("feed_forward_length", "intermediate_size"),
            Map.entry("vocab_size", "vocab_size"),
            Map.entry("attention.head_count", "num_attention_heads"),
            Map.entry("attention.head_count_kv", "num_key_value_heads"),
            Map.entry("attention.layer_norm_rms_epsilon", "rms_norm_eps"),
            Map.entry("attention.sliding_window", "sliding_window"),
            Map.entry("attn_logit_softcapping", "attn_logit_softcapping"),
            Map.entry("final_logit_softcapping", "final_logit_softcapping"),
            Map.entry("expert_count", "num_local_experts"),
            Map.entry("expert_used_count", "num_experts_per_tok"),
            Map.entry("rope.freq_base", "rope_theta"),
            Map.entry("rope.freq_base_swa", "rope_local_base_freq"),
            Map.entry("rope.scaling.original_context_length", "original_max_position_embeddings"));

    /** The same for {@code rope.scaling.}. */
    private static final Map<String, String> SCALING = Map.of(
            "attn_factor", "attention_factor",
            "yarn_attn_factor", "attention_factor",
            "yarn_beta_fast", "beta_fast",
            "yarn_beta_slow", "beta_slow",
            "original_context_length", "original_max_position_embeddings");

    private static final Map<String, String> TOKENS = Map.of(
            "tokenizer.ggml.bos_token_id", "bos_token_id",
            "tokenizer.ggml.eos_token_id", "eos_token_id",
            "tokenizer.ggml.padding_token_id", "pad_token_id");

    private final Path path;
    private final String architecture;
    private final Map<String, Object> metadata;
    private final Function<String, Tensor> tensors;
    private final Map<String, Object> config = new LinkedHashMap<>();

    private GgufConfig(Path path, Map<String, Object> metadata, Function<String, Tensor> tensors) {
        this.path = path;
        this.metadata = metadata;
        this.tensors = tensors;
        this.architecture = architecture(path, metadata);
    }

    /** {@code general.architecture}. */
    static String architecture(Path path, Map<String, Object> metadata) {
        if (metadata.get("general.architecture") instanceof String name) {
            return name;
        }
        throw new LoupeException("%s does not say general.architecture; get the complete model.".formatted(path));
    }

    /**
     * @param path to name in errors
     * @param metadata of the (first) file
     * @param tensors finds a tensor by GGUF's name, null if there is none
     */
    static Config read(Path path, Map<String, Object> metadata, Function<String, Tensor> tensors) {
        return new GgufConfig(path, metadata, tensors).read();
    }

    private Config read() {
        KEYS.forEach((gguf, name) -> put(config, name, scalar(architecture + "." + gguf)));
        TOKENS.forEach((gguf, name) -> put(config, name, scalar(gguf)));
        config.put("model_type", modelType());
        config.putIfAbsent("num_key_value_heads", config.get("num_attention_heads"));
        config.putIfAbsent("rope_theta", 10_000.0);
        vocabulary();
        headSizes();
        ropeScaling();
        switch (architecture) {
            case "gemma2" -> gemma(46);
            case "gemma3" -> {
                gemma(62);
                config.putIfAbsent("sliding_window", null);
            }
            case "phi3" -> phi3Window();
            case "baichuan" -> baichuan();
            default -> {}
        }
        return new Config(config);
    }

    private String modelType() {
        return switch (architecture) {
            case "llama" ->
                number("expert_count", 0) > 0
                        ? "mixtral"
                        : number("attention.sliding_window", 0) > 0 ? "mistral" : "llama";
            case "gemma3" -> "gemma3_text";
            default -> architecture;
        };
    }

    private void vocabulary() {
        Tensor embedding = tensors.apply("token_embd.weight");
        if (embedding != null) {
            config.put("vocab_size", embedding.shape().at(0));
            config.put("tie_word_embeddings", tensors.apply("output.weight") == null);
        } else if (metadata.get("tokenizer.ggml.tokens") instanceof List<?> tokens) {
            config.putIfAbsent("vocab_size", (long) tokens.size());
        }
    }

    /** One of transformers' rope types, or {@code factors}: Llama 3's frequencies as GGUF stores them. */
    private void ropeScaling() {
        var scaling = new LinkedHashMap<String, Object>();
        double factor = number("rope.scaling.factor", number("rope.scale_linear", 0));
        Object type = metadata.getOrDefault(architecture + ".rope.scaling.type", factor > 0 ? "linear" : "none");
        if (tensors.apply(LLAMA3_FACTORS) != null) {
            scaling.put("rope_type", "factors");
            scaling.put("factors", factors(LLAMA3_FACTORS));
        } else if (tensors.apply(LONG_FACTORS) != null) {
            scaling.put("rope_type", "longrope");
            scaling.put("short_factor", factors(SHORT_FACTORS));
            scaling.put("long_factor", factors(LONG_FACTORS));
        } else if (!type.equals("none")) {
            scaling.put("rope_type", type);
            put(scaling, "factor", factor > 0 ? factor : null);
        }
        if (scaling.isEmpty()) {
            return;
        }
        SCALING.forEach((gguf, name) -> put(scaling, name, scalar(architecture + ".rope.scaling." + gguf)));
        config.put("rope_scaling", scaling);
    }

    private List<Double> factors(String name) {
        Tensor tensor = tensors.apply(name);
        if (tensor == null || tensor.shape().rank() != 1 || tensor.shape().elements() > 1 << 16) {
            throw new LoupeException("%s has no usable %s; get the complete model.".formatted(path, name));
        }
        var values = new float[(int) tensor.shape().elements()];
        tensor.dtype().decode(tensor.data(), 0, values, 0, values.length);
        var list = new ArrayList<Double>();
        for (float value : values) {
            list.add((double) value);
        }
        return list;
    }

    private void headSizes() {
        double heads = number("attention.head_count", 0);
        double head =
                number("attention.key_length", heads == 0 ? 0 : Math.floor(number("embedding_length", 0) / heads));
        double rotated = number("rope.dimension_count", head);
        if (head > 0) {
            config.put("head_dim", head);
            config.put("partial_rotary_factor", rotated / head);
        }
    }

    /** Queries are scaled by the head's size, but in the largest model by hidden_size / heads. */
    private void gemma(int layersOfTheLargest) {
        layerTypes();
        double scale = number("attention.scale", 0);
        if (scale > 0) {
            config.put("query_pre_attn_scalar", Math.rint(1 / (scale * scale)));
        } else if (number("block_count", 0) == layersOfTheLargest) {
            double perHead = number("embedding_length", 0) / number("attention.head_count", 1);
            config.put("query_pre_attn_scalar", Math.floor(perHead));
        } else {
            put(config, "query_pre_attn_scalar", config.get("head_dim"));
        }
    }

    /** Either every how many layers one sees all, or for each layer whether it slides. */
    private void layerTypes() {
        Object pattern = metadata.get(architecture + ".attention.sliding_window_pattern");
        if (pattern instanceof int[] slides) {
            config.put(
                    "layer_types",
                    IntStream.of(slides)
                            .mapToObj(slide -> slide != 0 ? "sliding_attention" : "full_attention")
                            .toList());
        } else {
            put(config, "sliding_window_pattern", pattern);
        }
    }

    /** Files from before the key had a window of 2047 if their context is 4096, else none. */
    private void phi3Window() {
        if (number("context_length", 0) == 4096) {
            config.putIfAbsent("sliding_window", 2047L);
        }
    }

    /**
     * GGUF has no key that tells RoPE (7B, 32 layers) from ALiBi (13B, 40 layers) nor version 2 with its normed head;
     * version 1 had 64,000 tokens. Norming a head twice changes nothing.
     */
    private void baichuan() {
        boolean alibi = number("attention.max_alibi_bias", number("block_count", 0) == 40 ? 8 : 0) > 0;
        config.put("position_embedding", alibi ? "alibi" : "rope");
        config.put("norm_head", config.get("vocab_size") instanceof Number size && size.longValue() != 64_000);
    }

    private static void put(Map<String, Object> target, String name, Object value) {
        if (value != null) {
            target.put(name, value);
        }
    }

    private double number(String key, double absent) {
        return scalar(architecture + "." + key) instanceof Number value ? value.doubleValue() : absent;
    }

    /** A value, or the one value that all layers share. */
    private Object scalar(String key) {
        Object value = metadata.get(key);
        if (!(value instanceof int[] layers)) {
            return value;
        }
        for (int layer : layers) {
            if (layer != layers[0]) {
                throw new LoupeException("%s has another %s in each layer, which is not supported; use another model."
                        .formatted(path, key));
            }
        }
        return layers.length == 0 ? null : (Object) (long) layers[0];
    }
}
