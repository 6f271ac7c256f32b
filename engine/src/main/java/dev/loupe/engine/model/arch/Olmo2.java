package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.DecoderLayer;
import dev.loupe.engine.model.DecoderLayer.Norms;
import dev.loupe.engine.model.Norm;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;

/**
 * OLMo 2 (arXiv:2501.00656): Llama with norms after each branch instead of before it, and one of all queries and one of
 * all keys before they are turned.
 */
final class Olmo2 implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var blocks = new Blocks(c, w, w::norm);
        Rope rope = Ropes.whole(c);
        return blocks.decoder(i -> {
            Norm queries = w.norm(Blocks.name(i, "self_attn.q_norm"), blocks.queryColumns(), c.rmsNormEps());
            Norm keys = w.norm(Blocks.name(i, "self_attn.k_norm"), blocks.keyColumns(), c.rmsNormEps());
            return new DecoderLayer(
                    Norms.after(blocks.norm(i, "post_attention_layernorm")),
                    blocks.attention(i, rope).withNorms(queries, keys),
                    Norms.after(blocks.norm(i, "post_feedforward_layernorm")),
                    blocks.gated(i));
        });
    }
}
