package dev.loupe.engine.format;

import dev.loupe.engine.LoupeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings a config.json of any transformers version to one form: the Hub's old style with {@code rope_theta} and
 * {@code rope_scaling}, where transformers 5 nests {@code rope_parameters}.
 *
 * <p>A key that is absent (null is present) has the default of transformers' own config class, where that is no null.
 * Invariant: bringing a result to this form again changes nothing.
 */
final class HfConfig {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    /** Rope types that stretch a context that was shorter when trained. */
    private static final Set<String> STRETCHED = Set.of("llama3", "yarn", "longrope");

    /** configuration_*.py of transformers 5: what decides how a model computes. */
    private static final Map<String, Map<String, Object>> DEFAULTS = Map.of(
            "mistral", Map.of("num_key_value_heads", 8, "sliding_window", 4096),
            "olmo2", Map.of("rms_norm_eps", 1e-5),
            "mixtral",
                    Map.of(
                            "rms_norm_eps", 1e-5,
                            "num_key_value_heads", 8,
                            "rope_theta", 1e6,
                            "num_local_experts", 8,
                            "num_experts_per_tok", 2),
            "qwen2", Map.of("use_sliding_window", false, "sliding_window", 4096, "max_window_layers", 28),
            "qwen3",
                    Map.of(
                            "use_sliding_window", false,
                            "sliding_window", 4096,
                            "max_window_layers", 28,
                            "head_dim", 128),
            "gemma2",
                    Map.of(
                            "num_key_value_heads", 4,
                            "head_dim", 256,
                            "query_pre_attn_scalar", 256,
                            "sliding_window", 4096,
                            "attn_logit_softcapping", 50.0,
                            "final_logit_softcapping", 30.0,
                            "tie_word_embeddings", true),
            "gemma3_text",
                    Map.of(
                            "num_key_value_heads", 4,
                            "head_dim", 256,
                            "query_pre_attn_scalar", 256,
                            "sliding_window", 4096,
                            "sliding_window_pattern", 6,
                            "rope_theta", 1e6,
                            "rope_local_base_freq", 1e4,
                            "tie_word_embeddings", true),
            "phi3", Map.of("original_max_position_embeddings", 4096, "rms_norm_eps", 1e-5));

    private static final double RMS_NORM_EPS = 1e-6;

    private final Map<String, Object> config;
    private final String modelType;

    private HfConfig(Map<String, Object> values) {
        config = new LinkedHashMap<>(values);
        modelType = String.valueOf(config.get("model_type"));
    }

    /** The values in one form, whatever form they came in. */
    static Map<String, Object> canonical(Map<String, Object> values) {
        var form = new HfConfig(values);
        form.rope();
        DEFAULTS.getOrDefault(form.modelType, Map.of()).forEach((key, value) -> {
            if (!form.config.containsKey(key)) {
                form.config.put(key, value);
            }
        });
        form.config.putIfAbsent("rms_norm_eps", RMS_NORM_EPS);
        form.scaling();
        form.window();
        form.baichuan();
        rename(form.config, "torch_dtype", "dtype");
        return form.config;
    }

    private void rope() {
        Map<String, Object> all = map("rope_parameters");
        config.remove("rope_parameters");
        if (all.isEmpty()) {
            all = map("rope_scaling");
        }
        Map<String, Object> global = all.get(FULL) instanceof Map<?, ?> ? nested(all, FULL) : all;
        Map<String, Object> local = nested(all, SLIDING);
        if (local.containsKey("rope_theta")) {
            config.put("rope_local_base_freq", local.get("rope_theta"));
        }
        if (local.containsKey("rope_type") && !"default".equals(local.get("rope_type"))) {
            throw new LoupeException(
                    "The model's config scales the RoPE of sliding layers (%s), which is not supported; use another model."
                            .formatted(local.get("rope_type")));
        }
        for (String key : List.of("rope_theta", "partial_rotary_factor")) {
            if (global.get(key) != null) {
                config.put(key, global.remove(key));
            }
        }
        config.put("rope_scaling", global);
    }

    private void scaling() {
        Map<String, Object> scaling = map("rope_scaling");
        rename(scaling, "type", "rope_type");
        Object type = scaling.getOrDefault("rope_type", "default");
        if ("default".equals(type)) {
            config.remove("rope_scaling");
            return;
        }
        if ("su".equals(type) || "phi3".equals(modelType) && "yarn".equals(type)) {
            type = "longrope";
        }
        scaling.put("rope_type", type);
        if (type instanceof String name && STRETCHED.contains(name)) {
            Object original = config.get("original_max_position_embeddings");
            if (original != null) {
                scaling.put("original_max_position_embeddings", original);
            } else if (config.get("max_position_embeddings") != null) {
                scaling.putIfAbsent("original_max_position_embeddings", config.get("max_position_embeddings"));
            }
        }
        config.put("rope_scaling", scaling);
    }

    /** No window is written as null, as 0 (Phi-4) or as {@code use_sliding_window: false} (Qwen). */
    private void window() {
        boolean none = config.get("sliding_window") instanceof Number window && window.doubleValue() == 0;
        if (none || Boolean.FALSE.equals(config.get("use_sliding_window"))) {
            config.put("sliding_window", null);
        }
    }

    /** Real files tell neither what the positions are (only the 13B model lacks their number) nor the normed head. */
    private void baichuan() {
        if (!modelType.equals("baichuan")) {
            return;
        }
        config.putIfAbsent("position_embedding", config.get("max_position_embeddings") == null ? "alibi" : "rope");
        config.putIfAbsent("max_position_embeddings", config.get("model_max_length"));
        config.putIfAbsent("norm_head", config.containsKey("z_loss_weight"));
    }

    private Map<String, Object> map(String key) {
        return switch (config.get(key)) {
            case null -> new LinkedHashMap<>();
            case Map<?, ?> map -> copy(map);
            default ->
                throw new LoupeException(
                        "The model's config says %s is no object; the file is damaged or of another kind."
                                .formatted(key));
        };
    }

    private static Map<String, Object> nested(Map<String, Object> parent, String key) {
        return parent.get(key) instanceof Map<?, ?> map ? copy(map) : new LinkedHashMap<>();
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    private static void rename(Map<String, Object> map, String from, String to) {
        Object value = map.remove(from);
        if (value != null) {
            map.putIfAbsent(to, value);
        }
    }
}
