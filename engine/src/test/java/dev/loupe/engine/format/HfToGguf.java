package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a Hugging Face folder as GGUF with the conventions of llama.cpp's {@code convert_hf_to_gguf.py}, for tests:
 * its names, q and k rows interleaved for llama and baichuan, Gemma's norms plus one, vectors in float32, stacked
 * experts, {@code rope_freqs}.
 *
 * <p>Invariant: it shares no table with the reader. What llama.cpp knows from the number of layers (Gemma's query
 * scale, Baichuan's ALiBi) is written under the keys that GGUF has for it.
 */
public final class HfToGguf {
    private static final Set<String> INTERLEAVED = Set.of("llama", "mistral", "mixtral", "baichuan");

    private final Map<String, Object> config;
    private final SafetensorsFile weights;
    private final GgufWriter writer = new GgufWriter();
    private final Map<String, Map<Integer, Tensor>> experts = new TreeMap<>();
    private final String modelType;
    private final String architecture;

    private HfToGguf(Map<String, Object> config, SafetensorsFile weights) {
        this.config = config;
        this.weights = weights;
        this.modelType = (String) config.get("model_type");
        this.architecture = switch (modelType) {
            case "mistral", "mixtral" -> "llama";
            case "gemma3_text" -> "gemma3";
            default -> modelType;
        };
    }

    /** Writes config.json (the Hub's old style) and model.safetensors of a folder as one file. Returns it. */
    public static Path write(Path folder, Path target) {
        try (var weights = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            return new HfToGguf(JsonFile.read(folder.resolve("config.json")), weights)
                    .writer()
                    .write(target);
        }
    }

    private GgufWriter writer() {
        metadata();
        for (String name : weights.tensorNames()) {
            Tensor tensor = weights.tensor(name);
            if (name.endsWith("W_pack.weight")) {
                int third = (int) tensor.shape().at(0) / 3;
                for (int i = 0; i < 3; i++) {
                    String part = List.of("q_proj", "k_proj", "v_proj").get(i);
                    tensor(name.replace("W_pack", part), tensor.rows(i * third, (i + 1) * third));
                }
            } else if (name.contains(".experts.")) {
                String[] parts = name.split("\\.");
                String stack = "blk.%s.ffn_%s_exps.weight"
                        .formatted(
                                parts[2],
                                Map.of("w1", "gate", "w2", "down", "w3", "up").get(parts[6]));
                experts.computeIfAbsent(stack, key -> new TreeMap<>()).put(Integer.parseInt(parts[5]), tensor);
            } else {
                tensor(name, tensor);
            }
        }
        experts.forEach(this::stack);
        return writer;
    }

    private void metadata() {
        writer.put("general.architecture", architecture).put("general.name", modelType + " tiny");
        put("block_count", integer("num_hidden_layers"));
        put(
                "context_length",
                integer(
                        config.containsKey("max_position_embeddings")
                                ? "max_position_embeddings"
                                : "model_max_length"));
        put("embedding_length", integer("hidden_size"));
        put("feed_forward_length", integer("intermediate_size"));
        put("attention.head_count", heads());
        put("attention.head_count_kv", keyHeads());
        put("attention.layer_norm_rms_epsilon", real("rms_norm_eps"));
        int head = integer("hidden_size") / heads();
        if (config.get("head_dim") != null) {
            head = integer("head_dim");
            put("attention.key_length", head);
            put("attention.value_length", head);
        }
        if (config.get("rope_theta") != null) {
            put("rope.freq_base", real("rope_theta"));
        }
        double rotated = config.get("partial_rotary_factor") instanceof Number factor ? factor.doubleValue() : 1;
        put("rope.dimension_count", (int) (head * rotated));
        switch (modelType) {
            case "mistral" -> put("attention.sliding_window", integer("sliding_window"));
            case "mixtral" -> {
                put("expert_count", integer("num_local_experts"));
                put("expert_used_count", integer("num_experts_per_tok"));
            }
            case "gemma2" -> {
                put("attn_logit_softcapping", real("attn_logit_softcapping"));
                put("final_logit_softcapping", real("final_logit_softcapping"));
                gemma();
            }
            case "gemma3_text" -> {
                put("attention.sliding_window_pattern", integer("sliding_window_pattern"));
                put("rope.freq_base_swa", real("rope_local_base_freq"));
                gemma();
            }
            case "phi3" -> phi3();
            case "baichuan" -> {
                if ("alibi".equals(config.get("position_embedding"))) {
                    put("attention.max_alibi_bias", 8f);
                }
            }
            default -> {}
        }
        if (config.get("rope_scaling") instanceof Map<?, ?> scaling && "llama3".equals(scaling.get("rope_type"))) {
            writer.tensor("rope_freqs.weight", DTypes.FP32, llama3(scaling, head), head / 2);
        }
    }

    private void gemma() {
        put("attention.sliding_window", integer("sliding_window"));
        put("attention.scale", (float) (1 / Math.sqrt(integer("query_pre_attn_scalar"))));
    }

    private void phi3() {
        put("attention.sliding_window", config.get("sliding_window") == null ? 0 : integer("sliding_window"));
        int original = integer("original_max_position_embeddings");
        put("rope.scaling.original_context_length", original);
        if (config.get("rope_scaling") instanceof Map<?, ?> scaling) {
            double scale = integer("max_position_embeddings") / (double) original;
            put("rope.scaling.attn_factor", (float) Math.sqrt(1 + Math.log(scale) / Math.log(original)));
            for (String length : List.of("short", "long")) {
                float[] factors = floats((List<?>) scaling.get(length + "_factor"));
                writer.tensor("rope_factors_%s.weight".formatted(length), DTypes.FP32, factors, factors.length);
            }
        }
    }

    /** LlamaModel.generate_extra_tensors. */
    private float[] llama3(Map<?, ?> scaling, int head) {
        double factor = number(scaling.get("factor"));
        double low = number(scaling.get("low_freq_factor"));
        double high = number(scaling.get("high_freq_factor"));
        double context = number(scaling.get("original_max_position_embeddings"));
        var factors = new float[head / 2];
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(number(config.get("rope_theta")), 2.0 * i / head);
            double smooth = (context / wavelength - low) / (high - low);
            factors[i] = (float)
                    (wavelength < context / high
                            ? 1
                            : wavelength > context / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return factors;
    }

    private void tensor(String name, Tensor tensor) {
        String[] parts = name.split("\\.");
        String suffix = "." + parts[parts.length - 1];
        String stem = parts[parts.length - 2];
        String target = name.startsWith("model.layers.") ? "blk." + parts[2] + "." + layer(stem) : outer(stem);
        if (tensor.shape().rank() == 1) {
            vector(target + suffix, stem, decoded(tensor));
            return;
        }
        byte[] bytes = GgufWriter.bytesOf(tensor);
        if (INTERLEAVED.contains(modelType) && (stem.equals("q_proj") || stem.equals("k_proj"))) {
            bytes = interleaved(bytes, stem.equals("q_proj") ? heads() : keyHeads(), (int)
                    tensor.shape().at(0));
        }
        writer.tensor(target + suffix, tensor.dtype(), bytes, tensor.shape().sizes());
    }

    private void vector(String target, String stem, float[] values) {
        if (modelType.startsWith("gemma") && stem.endsWith("norm")) {
            for (int i = 0; i < values.length; i++) {
                values[i] += 1;
            }
        }
        if (INTERLEAVED.contains(modelType) && (stem.equals("q_proj") || stem.equals("k_proj"))) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            byte[] moved = interleaved(bytes.array(), stem.equals("q_proj") ? heads() : keyHeads(), values.length);
            MemorySegment.copy(
                    MemorySegment.ofArray(moved), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, values.length);
        }
        writer.tensor(target, DTypes.FP32, values, values.length);
    }

    private void stack(String name, Map<Integer, Tensor> parts) {
        List<Tensor> inOrder = new ArrayList<>(parts.values());
        Tensor first = inOrder.getFirst();
        ByteBuffer bytes = ByteBuffer.allocate((int) first.bytes() * inOrder.size());
        inOrder.forEach(part -> bytes.put(GgufWriter.bytesOf(part)));
        writer.tensor(
                name,
                first.dtype(),
                bytes.array(),
                inOrder.size(),
                first.shape().at(0),
                first.shape().at(1));
    }

    private static String outer(String stem) {
        return switch (stem) {
            case "embed_tokens" -> "token_embd";
            case "norm" -> "output_norm";
            case "lm_head" -> "output";
            default -> throw new IllegalArgumentException(stem);
        };
    }

    private String layer(String stem) {
        boolean around = modelType.startsWith("gemma");
        return switch (stem) {
            case "input_layernorm" -> "attn_norm";
            case "post_attention_layernorm" -> around ? "post_attention_norm" : "ffn_norm";
            case "pre_feedforward_layernorm" -> "ffn_norm";
            case "post_feedforward_layernorm" -> "post_ffw_norm";
            case "q_proj" -> "attn_q";
            case "k_proj" -> "attn_k";
            case "v_proj" -> "attn_v";
            case "o_proj" -> "attn_output";
            case "qkv_proj" -> "attn_qkv";
            case "q_norm" -> "attn_q_norm";
            case "k_norm" -> "attn_k_norm";
            case "gate_proj" -> "ffn_gate";
            case "up_proj", "gate_up_proj" -> "ffn_up";
            case "down_proj" -> "ffn_down";
            case "gate" -> "ffn_gate_inp";
            default -> throw new IllegalArgumentException(stem);
        };
    }

    /** LlamaModel.permute: rows reshape(heads, 2, d / 2).swapaxes(1, 2). */
    private static byte[] interleaved(byte[] bytes, int heads, int rows) {
        int rowBytes = bytes.length / rows;
        int half = rows / heads / 2;
        var moved = new byte[bytes.length];
        for (int h = 0; h < heads; h++) {
            for (int s = 0; s < 2; s++) {
                for (int i = 0; i < half; i++) {
                    int from = (h * 2 + s) * half + i;
                    int to = (h * half + i) * 2 + s;
                    System.arraycopy(bytes, from * rowBytes, moved, to * rowBytes, rowBytes);
                }
            }
        }
        return moved;
    }

    private static float[] decoded(Tensor tensor) {
        var values = new float[(int) tensor.shape().elements()];
        tensor.dtype().decode(tensor.data(), 0, values, 0, values.length);
        return values;
    }

    private static float[] floats(List<?> numbers) {
        var values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) number(numbers.get(i));
        }
        return values;
    }

    private int heads() {
        return integer("num_attention_heads");
    }

    private int keyHeads() {
        return config.get("num_key_value_heads") == null ? heads() : integer("num_key_value_heads");
    }

    private int integer(String key) {
        return (int) number(config.get(key));
    }

    private float real(String key) {
        return (float) number(config.get(key));
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private void put(String key, Object value) {
        writer.put(architecture + "." + key, value);
    }
}
