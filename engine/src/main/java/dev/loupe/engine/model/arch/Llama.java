package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Attention;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.DecoderLayer;
import dev.loupe.engine.model.FeedForward;
import dev.loupe.engine.model.Weights;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.RopeTable;
import java.util.stream.IntStream;

/** Llama (arXiv:2302.13971, arXiv:2407.21783): norms before each branch, rotary positions, grouped queries, SwiGLU. */
final class Llama implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var spec = new AttentionSpec(
                c.numAttentionHeads(),
                c.numKeyValueHeads(),
                c.headDim(),
                (float) (1 / Math.sqrt(c.headDim())),
                Mask.causal(),
                0);
        RopeTable rope = RopeScaling.table(c);
        var layers = IntStream.range(0, c.numHiddenLayers()).mapToObj(i -> {
            String at = "model.layers." + i + ".";
            return new DecoderLayer(
                    w.norm(at + "input_layernorm", c.rmsNormEps()),
                    new Attention(
                            w.linear(at + "self_attn.q_proj"),
                            w.linear(at + "self_attn.k_proj"),
                            w.linear(at + "self_attn.v_proj"),
                            w.linear(at + "self_attn.o_proj"),
                            spec,
                            rope),
                    w.norm(at + "post_attention_layernorm", c.rmsNormEps()),
                    new FeedForward(
                            w.linear(at + "mlp.gate_proj"),
                            w.linear(at + "mlp.up_proj"),
                            w.linear(at + "mlp.down_proj"),
                            Activation.SILU));
        });
        var embedding = w.embedding("model.embed_tokens");
        return new Decoder(
                embedding,
                layers.toList(),
                w.norm("model.norm", c.rmsNormEps()),
                w.has("lm_head.weight") ? w.head("lm_head") : embedding);
    }
}
