package dev.loupe.engine.format;

import static dev.loupe.engine.format.GgufArchitecture.Change.EXPERTS;
import static dev.loupe.engine.format.GgufArchitecture.Change.KEY_HEADS;
import static dev.loupe.engine.format.GgufArchitecture.Change.ONE_PLUS;
import static dev.loupe.engine.format.GgufArchitecture.Change.QUERY_HEADS;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How llama.cpp's converter writes one architecture: its name for each of Hugging Face's tensors, and which of them it
 * lays out differently.
 *
 * <p>In names {@code #} is the layer and {@code @} the expert. Invariant: a difference between architectures is a line
 * of these tables.
 */
record GgufArchitecture(Map<String, String> names, Map<String, Change> changes) {
    /** Which layout a tensor has; {@link GgufLayout} says what that means. */
    enum Change {
        QUERY_HEADS,
        KEY_HEADS,
        ONE_PLUS,
        EXPERTS
    }

    private static final Map<String, String> COMMON = Map.ofEntries(
            Map.entry("token_embd", "model.embed_tokens"),
            Map.entry("output_norm", "model.norm"),
            Map.entry("output", "lm_head"),
            Map.entry("blk.#.attn_norm", "model.layers.#.input_layernorm"),
            Map.entry("blk.#.attn_q", "model.layers.#.self_attn.q_proj"),
            Map.entry("blk.#.attn_k", "model.layers.#.self_attn.k_proj"),
            Map.entry("blk.#.attn_v", "model.layers.#.self_attn.v_proj"),
            Map.entry("blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm"),
            Map.entry("blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm"),
            Map.entry("blk.#.attn_output", "model.layers.#.self_attn.o_proj"),
            Map.entry("blk.#.ffn_norm", "model.layers.#.post_attention_layernorm"),
            Map.entry("blk.#.ffn_gate", "model.layers.#.mlp.gate_proj"),
            Map.entry("blk.#.ffn_up", "model.layers.#.mlp.up_proj"),
            Map.entry("blk.#.ffn_down", "model.layers.#.mlp.down_proj"));

    private static final Map<String, String> NORMS_AROUND = Map.of(
            "blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm",
            "blk.#.ffn_norm", "model.layers.#.pre_feedforward_layernorm",
            "blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm");

    private static final Map<String, String> FUSED = Map.of(
            "blk.#.attn_qkv", "model.layers.#.self_attn.qkv_proj",
            "blk.#.ffn_up", "model.layers.#.mlp.gate_up_proj");

    private static final Map<String, String> MIXTURE = Map.of(
            "blk.#.ffn_gate_inp", "model.layers.#.block_sparse_moe.gate",
            "blk.#.ffn_gate.@", "model.layers.#.block_sparse_moe.experts.@.w1",
            "blk.#.ffn_down.@", "model.layers.#.block_sparse_moe.experts.@.w2",
            "blk.#.ffn_up.@", "model.layers.#.block_sparse_moe.experts.@.w3",
            "blk.#.ffn_gate_exps", "model.layers.#.block_sparse_moe.experts.@.w1",
            "blk.#.ffn_down_exps", "model.layers.#.block_sparse_moe.experts.@.w2",
            "blk.#.ffn_up_exps", "model.layers.#.block_sparse_moe.experts.@.w3");

    private static final Map<String, Change> AS_HUGGING_FACE = Map.of();

    private static final Map<String, Change> INTERLEAVED =
            Map.of("blk.#.attn_q", QUERY_HEADS, "blk.#.attn_k", KEY_HEADS);

    private static final Map<String, Change> STACKED =
            Map.of("blk.#.ffn_gate_exps", EXPERTS, "blk.#.ffn_down_exps", EXPERTS, "blk.#.ffn_up_exps", EXPERTS);

    private static final Map<String, Change> ONE_PLUS_NORMS = Map.of(
            "output_norm", ONE_PLUS,
            "blk.#.attn_norm", ONE_PLUS,
            "blk.#.attn_q_norm", ONE_PLUS,
            "blk.#.attn_k_norm", ONE_PLUS,
            "blk.#.post_attention_norm", ONE_PLUS,
            "blk.#.ffn_norm", ONE_PLUS,
            "blk.#.post_ffw_norm", ONE_PLUS);

    private static final GgufArchitecture GEMMA = new GgufArchitecture(join(COMMON, NORMS_AROUND), ONE_PLUS_NORMS);

    /** By {@code general.architecture}. Mistral and Mixtral are llama there. */
    private static final Map<String, GgufArchitecture> ALL = Map.of(
            "llama", new GgufArchitecture(join(COMMON, MIXTURE), join(INTERLEAVED, STACKED)),
            "baichuan", new GgufArchitecture(COMMON, INTERLEAVED),
            "qwen2", new GgufArchitecture(COMMON, AS_HUGGING_FACE),
            "qwen3", new GgufArchitecture(COMMON, AS_HUGGING_FACE),
            "gemma2", GEMMA,
            "gemma3", GEMMA,
            "phi3", new GgufArchitecture(join(COMMON, FUSED), AS_HUGGING_FACE));

    /** The architecture with this name in GGUF, if it is known. */
    static Optional<GgufArchitecture> of(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    /** All names, in alphabetical order. */
    static String known() {
        return String.join(", ", new TreeSet<>(ALL.keySet()));
    }

    private static <V> Map<String, V> join(Map<String, V> first, Map<String, V> second) {
        var joined = new HashMap<>(first);
        joined.putAll(second);
        return Map.copyOf(joined);
    }
}
