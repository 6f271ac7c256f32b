package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;

/** Qwen3 (arXiv:2505.09388): Llama with a norm of each head's queries and keys before they are turned. */
final class Qwen3 implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var blocks = new Blocks(c, w, w::norm);
        Rope rope = Ropes.whole(c);
        return blocks.decoder(i -> blocks.preNormed(
                i,
                blocks.attention(i, rope)
                        .withNorms(blocks.headNorm(i, "self_attn.q_norm"), blocks.headNorm(i, "self_attn.k_norm")),
                blocks.gated(i)));
    }
}
