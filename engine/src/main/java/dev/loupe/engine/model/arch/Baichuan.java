package dev.loupe.engine.model.arch;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Attention;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.Rope;
import dev.loupe.engine.model.Weights;
import dev.loupe.engine.ops.Alibi;
import dev.loupe.engine.ops.Weight;

/**
 * Baichuan 1 and 2 (arXiv:2309.10305): Llama whose 13B model tells positions by linear biases of the scores, and whose
 * second version has a head of rows of length 1.
 */
final class Baichuan implements Architecture {
    @Override
    public Decoder build(Config c, Weights w) {
        var blocks = new Blocks(c, w, w::norm);
        String positions = c.text("position_embedding").orElse("");
        Rope rope = switch (positions) {
            case "rope" -> Ropes.whole(c);
            case "alibi" -> Rope.none();
            default ->
                throw new LoupeException(
                        "The model's position_embedding \"%s\" is not supported; supported are rope and alibi."
                                .formatted(positions));
        };
        Alibi alibi = positions.equals("alibi") ? Alibi.of(c.numAttentionHeads()) : Alibi.none();
        Weight embedding = w.embedding("model.embed_tokens", c.vocabSize(), c.hiddenSize());
        Weight head = c.flag("norm_head", false)
                ? w.normedHead("lm_head", c.vocabSize(), c.hiddenSize())
                : w.head("lm_head", c.vocabSize(), c.hiddenSize());
        return blocks.decoder(
                i -> {
                    Attention attention = blocks.attention(i, rope);
                    return blocks.preNormed(
                            i, attention.withSpec(attention.spec().withAlibi(alibi)), blocks.gated(i));
                },
                embedding,
                head);
    }
}
