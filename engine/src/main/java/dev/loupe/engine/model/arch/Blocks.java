package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Attention;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.DecoderLayer;
import dev.loupe.engine.model.DecoderLayer.Norms;
import dev.loupe.engine.model.FeedForward;
import dev.loupe.engine.model.GatedFeedForward;
import dev.loupe.engine.model.Norm;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.Weight;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The blocks that most architectures share, under the names that Hugging Face gives their weights.
 *
 * <p>Invariant: every shape is checked against the config as it is taken.
 */
final class Blocks {
    /** How a norm is made of its weight: {@link Weights#norm} or {@link Weights#onePlusNorm}. */
    interface NormOf {
        Norm read(String name, long features, float eps);
    }

    private final Config c;
    private final Weights w;
    private final NormOf normOf;

    Blocks(Config c, Weights w, NormOf normOf) {
        this.c = c;
        this.w = w;
        this.normOf = normOf;
        if (c.numAttentionHeads() % c.numKeyValueHeads() != 0) {
            throw new LoupeException(
                    "The model's config says that %d heads share %d heads of keys, which cannot be; the file is damaged."
                            .formatted(c.numAttentionHeads(), c.numKeyValueHeads()));
        }
    }

    /** The name of a part of a layer. */
    static String name(int layer, String part) {
        return "model.layers." + layer + "." + part;
    }

    /** Embedding, layers, norm and head, which is the embedding where they are tied. */
    Decoder decoder(IntFunction<DecoderLayer> layer) {
        Weight embedding = w.embedding("model.embed_tokens", c.vocabSize(), c.hiddenSize());
        if (c.tieWordEmbeddings()) {
            w.ignore("lm_head.weight");
        }
        boolean tied = c.tieWordEmbeddings() || !w.has("lm_head.weight");
        return decoder(layer, embedding, tied ? embedding : w.head("lm_head", c.vocabSize(), c.hiddenSize()));
    }

    /** The same with a head of its own kind. */
    Decoder decoder(IntFunction<DecoderLayer> layer, Weight embedding, Weight head) {
        var layers = IntStream.range(0, c.numHiddenLayers()).mapToObj(layer).toList();
        return new Decoder(embedding, layers, normOf.read("model.norm", c.hiddenSize(), c.rmsNormEps()), head);
    }

    /** Norms before each branch, as in Llama. */
    DecoderLayer preNormed(int layer, Attention attention, FeedForward feedForward) {
        return new DecoderLayer(
                Norms.before(norm(layer, "input_layernorm")),
                attention,
                Norms.before(norm(layer, "post_attention_layernorm")),
                feedForward);
    }

    /** Norms before and after each branch, as in Gemma 2. */
    DecoderLayer normedAround(int layer, Attention attention, FeedForward feedForward) {
        return new DecoderLayer(
                new Norms(norm(layer, "input_layernorm"), norm(layer, "post_attention_layernorm")),
                attention,
                new Norms(norm(layer, "pre_feedforward_layernorm"), norm(layer, "post_feedforward_layernorm")),
                feedForward);
    }

    /** A norm of the residual stream. */
    Norm norm(int layer, String part) {
        return normOf.read(name(layer, part), c.hiddenSize(), c.rmsNormEps());
    }

    /** A norm of each head. */
    Norm headNorm(int layer, String part) {
        return normOf.read(name(layer, part), c.headDim(), c.rmsNormEps());
    }

    /** Attention with a matrix each for queries, keys, values and the result. */
    Attention attention(int layer, Rope rope) {
        return new Attention(
                w.linear(name(layer, "self_attn.q_proj"), queryColumns(), c.hiddenSize()),
                w.linear(name(layer, "self_attn.k_proj"), keyColumns(), c.hiddenSize()),
                w.linear(name(layer, "self_attn.v_proj"), keyColumns(), c.hiddenSize()),
                w.linear(name(layer, "self_attn.o_proj"), c.hiddenSize(), queryColumns()),
                rope,
                spec(layer));
    }

    /** Scaled dot products; the window is the layer's. */
    AttentionSpec spec(int layer) {
        var window = c.slidingWindow(layer);
        return AttentionSpec.of(c.numAttentionHeads(), c.numKeyValueHeads(), c.headDim())
                .withMask(window.isPresent() ? Mask.sliding(window.getAsInt()) : Mask.causal());
    }

    /** Columns of all query heads. */
    long queryColumns() {
        return (long) c.numAttentionHeads() * c.headDim();
    }

    /** Columns of all heads of keys, or of values. */
    long keyColumns() {
        return (long) c.numKeyValueHeads() * c.headDim();
    }

    /** A gated feed-forward with the activation that {@code hidden_act} names. */
    FeedForward gated(int layer) {
        return gated(
                name(layer, "mlp."), "gate_proj", "up_proj", "down_proj", activation("hidden_act", Activation.SILU));
    }

    /** A gated feed-forward of three matrices. */
    GatedFeedForward gated(String prefix, String gate, String up, String down, Activation activation) {
        return new GatedFeedForward(
                w.linear(prefix + gate, c.intermediateSize(), c.hiddenSize()),
                w.linear(prefix + up, c.intermediateSize(), c.hiddenSize()),
                w.linear(prefix + down, c.hiddenSize(), c.intermediateSize()),
                activation);
    }

    /** The activation that a key of the config names. */
    Activation activation(String key, Activation absent) {
        return c.text(key)
                .map(name -> switch (name) {
                    case "silu", "swish" -> Activation.SILU;
                    case "gelu_pytorch_tanh" -> Activation.GELU_TANH;
                    default ->
                        throw new LoupeException(
                                "The model's activation \"%s\" (%s) is not supported; supported are silu and gelu_pytorch_tanh."
                                        .formatted(name, key));
                })
                .orElse(absent);
    }
}
