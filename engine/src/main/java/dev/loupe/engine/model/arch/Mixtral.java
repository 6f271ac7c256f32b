package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.MixtureOfExperts;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;
import dev.loupe.engine.ops.Activation;
import java.util.stream.IntStream;

/** Mixtral (arXiv:2401.04088): Mistral whose feed-forward is a few of many experts, chosen for each token. */
final class Mixtral implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var blocks = new Blocks(c, w, w::norm);
        Rope rope = Ropes.whole(c);
        return blocks.decoder(i -> blocks.preNormed(i, blocks.attention(i, rope), experts(i, c, w, blocks)));
    }

    private static MixtureOfExperts experts(int layer, Config c, Weights w, Blocks blocks) {
        int count = c.integer("num_local_experts");
        int top = c.integer("num_experts_per_tok");
        if (top < 1 || top > count) {
            throw new LoupeException(
                    "The model's config says that %d of %d experts read a token, which cannot be; the file is damaged."
                            .formatted(top, count));
        }
        String moe = Blocks.name(layer, "block_sparse_moe.");
        var activation = blocks.activation("hidden_act", Activation.SILU);
        return new MixtureOfExperts(
                w.router(moe + "gate", count, c.hiddenSize()),
                IntStream.range(0, count)
                        .mapToObj(e -> blocks.gated(moe + "experts." + e + ".", "w1", "w3", "w2", activation))
                        .toList(),
                top);
    }
}
