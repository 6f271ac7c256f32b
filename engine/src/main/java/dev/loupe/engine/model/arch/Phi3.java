package dev.loupe.engine.model.arch;

import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Attention;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.GatedFeedForward;
import dev.loupe.engine.model.Linear;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;
import dev.loupe.engine.ops.Activation;
import java.util.List;

/**
 * Phi-3 and Phi-4 mini (arXiv:2404.14219): Llama whose projections of one input are stacked in one matrix (q, k, v;
 * gate, up), with LongRoPE for contexts beyond the one it was trained on. Part of a head may stay unturned.
 */
final class Phi3 implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var blocks = new Blocks(c, w, w::norm);
        Rope rope = Ropes.partial(c);
        var activation = blocks.activation("hidden_act", Activation.SILU);
        return blocks.decoder(
                i -> blocks.preNormed(i, attention(i, c, w, blocks, rope), feedForward(i, c, w, activation)));
    }

    private static Attention attention(int layer, Config c, Weights w, Blocks blocks, Rope rope) {
        List<Linear> qkv = w.stacked(
                Blocks.name(layer, "self_attn.qkv_proj"),
                c.hiddenSize(),
                blocks.queryColumns(),
                blocks.keyColumns(),
                blocks.keyColumns());
        Linear o = w.linear(Blocks.name(layer, "self_attn.o_proj"), c.hiddenSize(), blocks.queryColumns());
        return new Attention(qkv.get(0), qkv.get(1), qkv.get(2), o, rope, blocks.spec(layer));
    }

    private static GatedFeedForward feedForward(int layer, Config c, Weights w, Activation activation) {
        int size = c.intermediateSize();
        List<Linear> gateUp = w.stacked(Blocks.name(layer, "mlp.gate_up_proj"), c.hiddenSize(), size, size);
        Linear down = w.linear(Blocks.name(layer, "mlp.down_proj"), c.hiddenSize(), size);
        return new GatedFeedForward(gateUp.get(0), gateUp.get(1), down, activation);
    }
}
