package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Weights;

/** Qwen1.5 and Qwen2 (arXiv:2407.10671): Llama with biases on queries, keys and values. */
final class Qwen2 implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        for (String part : new String[] {"q", "k", "v"}) {
            String bias = Blocks.name(0, "self_attn." + part + "_proj.bias");
            if (!w.has(bias)) {
                throw new LoupeException(
                        "The model has no %s, which qwen2 needs; get the complete model.".formatted(bias));
            }
        }
        return new Llama().build(c, w);
    }
}
