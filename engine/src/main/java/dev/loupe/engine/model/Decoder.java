package dev.loupe.engine.model;

import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.util.List;

/**
 * A decoder-only transformer: embedding, layers, norm, head. Invariant: all layers have the same shapes.
 *
 * @param embedding (vocabulary, hidden)
 * @param embeddingScale factor of what is embedded; 1 for none
 * @param norm before the head
 * @param head (vocabulary, hidden); the embedding itself where they are tied
 * @param logitSoftcap logits become {@code cap * tanh(logit / cap)} (arXiv:2408.00118); 0 for none
 */
public record Decoder(
        Weight embedding, float embeddingScale, List<DecoderLayer> layers, Norm norm, Weight head, float logitSoftcap) {
    public Decoder {
        layers = List.copyOf(layers);
    }

    public Decoder(Weight embedding, List<DecoderLayer> layers, Norm norm, Weight head) {
        this(embedding, 1, layers, norm, head, 0);
    }

    /** The same with scaled embeddings. */
    public Decoder withEmbeddingScale(double scale) {
        return new Decoder(embedding, (float) scale, layers, norm, head, logitSoftcap);
    }

    /** The same with soft-capped logits; 0 for none. */
    public Decoder withLogitSoftcap(double cap) {
        return new Decoder(embedding, embeddingScale, layers, norm, head, (float) cap);
    }

    /** The same with the embedding of another, of as many ids and features. */
    public Decoder withEmbedding(Weight other) {
        return new Decoder(other, embeddingScale, layers, norm, head, logitSoftcap);
    }

    /** ids into the residual stream x (tokens, hidden). */
    void embed(Ops ops, int[] ids, Tensor x) {
        ops.embed(embedding, ids, x);
        if (embeddingScale != 1) {
            ops.scale(x, embeddingScale);
        }
    }

    /** Normed x (tokens, hidden) into logits (tokens, vocabulary). */
    void logits(Ops ops, Tensor x, Tensor out) {
        ops.matmul(x, new Weight[] {head}, new Tensor[] {out});
        if (logitSoftcap != 0) {
            ops.softcap(out, logitSoftcap);
        }
    }

    /** Whether keys of a sequence of one length serve one of the other too. */
    public boolean sameKeys(int length, int other) {
        for (DecoderLayer layer : layers) {
            if (!layer.attention().rope().same(length, other)) {
                return false;
            }
        }
        return true;
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
