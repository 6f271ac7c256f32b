package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;

/**
 * Gemma 2 (arXiv:2408.00118): norms on both sides of each branch, soft-capped scores and logits, every other layer
 * sliding.
 */
final class Gemma2 implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var gemma = new GemmaBlocks(c, w);
        Rope rope = Ropes.whole(c);
        double softcap = gemma.softcap("attn_logit_softcapping");
        return gemma.decoder(i -> gemma.layer(i, gemma.attention(i, rope, softcap)));
    }
}
