package dev.loupe.engine.model;

import dev.loupe.engine.ops.Weight;
import java.util.List;

/**
 * A decoder-only transformer: embedding, layers, norm, head.
 *
 * @param embedding (vocabulary, hidden)
 * @param norm before the head
 * @param head (vocabulary, hidden); the embedding itself where they are tied
 */
public record Decoder(Weight embedding, List<DecoderLayer> layers, Norm norm, Weight head) {
    public Decoder {
        layers = List.copyOf(layers);
    }

    /** Size of the residual stream. */
    public int hiddenSize() {
        return embedding.columns();
    }

    /** Number of ids. */
    public int vocabularySize() {
        return head.rows();
    }

    /** Heads of keys and values, the same in every layer. */
    public int kvHeads() {
        return layers.getFirst().attention().spec().kvHeads();
    }

    public int headDim() {
        return layers.getFirst().attention().spec().headDim();
    }
}
