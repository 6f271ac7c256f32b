package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;

/**
 * Llama (arXiv:2302.13971, arXiv:2407.21783): norms before each branch, rotary positions, grouped queries, SwiGLU.
 * Llama 3.1 stretches the long waves of its positions.
 */
final class Llama implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var blocks = new Blocks(c, w, w::norm);
        Rope rope = Ropes.whole(c);
        return blocks.decoder(i -> blocks.preNormed(i, blocks.attention(i, rope), blocks.gated(i)));
    }
}
