package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Attention;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.DecoderLayer;
import dev.loupe.engine.model.Norm;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;
import dev.loupe.engine.ops.Activation;
import java.util.function.IntFunction;

/**
 * What the Gemmas share: norms by 1 + weight around each branch, GELU, embeddings times sqrt(hidden_size), scores
 * scaled by {@code query_pre_attn_scalar}, a soft cap of the logits where the config has one.
 */
final class GemmaBlocks {
    private final Config c;
    private final Blocks blocks;

    GemmaBlocks(Config c, Weights w) {
        this.c = c;
        this.blocks = new Blocks(c, w, w::onePlusNorm);
    }

    Decoder decoder(IntFunction<DecoderLayer> layer) {
        return blocks.decoder(layer)
                .withEmbeddingScale(Math.sqrt(c.hiddenSize()))
                .withLogitSoftcap(softcap("final_logit_softcapping"));
    }

    DecoderLayer layer(int layer, Attention attention) {
        var activation = blocks.activation("hidden_activation", Activation.GELU_TANH);
        return blocks.normedAround(
                layer,
                attention,
                blocks.gated(Blocks.name(layer, "mlp."), "gate_proj", "up_proj", "down_proj", activation));
    }

    /** Attention whose scores are soft-capped; 0 for none. */
    Attention attention(int layer, Rope rope, double softcap) {
        double scalar = c.number("query_pre_attn_scalar");
        if (!(scalar > 0)) {
            throw new LoupeException(
                    "The model's config says query_pre_attn_scalar = %s, which cannot be; the file is damaged."
                            .formatted(scalar));
        }
        return blocks.attention(layer, rope)
                .withSpec(blocks.spec(layer).withScale(1 / Math.sqrt(scalar)).withSoftcap(softcap));
    }

    Norm headNorm(int layer, String part) {
        return blocks.headNorm(layer, part);
    }

    /** A soft cap of the config, 0 where it has none. */
    double softcap(String key) {
        double cap = c.number(key, 0);
        if (cap < 0) {
            throw new LoupeException(
                    "The model's config says %s = %s, which cannot be; the file is damaged.".formatted(key, cap));
        }
        return cap;
    }
}
