package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;

/**
 * Gemma 3 (arXiv:2503.19786): Gemma 2 with a norm of each head's queries and keys instead of soft caps; five sliding
 * layers, whose positions have a base of their own, for each that sees everything. As in transformers, a soft cap of
 * the scores ({@code attn_logit_softcapping}) is not used if a config has one.
 */
final class Gemma3 implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        if (c.flag("use_bidirectional_attention", false)) {
            throw new LoupeException(
                    "The model sees in both directions (use_bidirectional_attention), so it generates no text; use another model.");
        }
        var gemma = new GemmaBlocks(c, w);
        Rope local = Ropes.plain(c, c.number("rope_local_base_freq"));
        Rope global = Ropes.whole(c);
        return gemma.decoder(i -> gemma.layer(
                i,
                gemma.attention(i, c.slidingWindow(i).isPresent() ? local : global, 0)
                        .withNorms(gemma.headNorm(i, "self_attn.q_norm"), gemma.headNorm(i, "self_attn.k_norm"))));
    }
}
