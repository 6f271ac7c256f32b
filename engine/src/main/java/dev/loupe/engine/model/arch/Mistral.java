package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Weights;

/** Mistral 7B (arXiv:2310.06825): Llama with a sliding window in every layer; later versions see everything. */
final class Mistral implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        return new Llama().build(c, w);
    }
}
