package dev.loupe.engine.model;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.attention.PlannedAttention;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.function.IntConsumer;

/**
 * A pass over a short text that looks inside: what the head would say after every layer, and where a layer's heads
 * look.
 *
 * <p>It runs a decoder's own blocks with the backend's own verbs, apart from {@link ForwardPass}, which pays nothing
 * for it. Invariant: what the head says after the last layer are the logits of a forward pass, bit for bit.
 */
public final class TracedPass implements AutoCloseable {
    private static final int QUERIES = 0;

    private final Decoder decoder;
    private final Backend backend;
    private final Ops ops;
    private final PlannedAttention attention;
    private final Workspace work;
    private final Backend.Memory memory;
    private final int tokens;

    /**
     * @param plan how attention is computed
     * @param tokens length of the texts it reads
     */
    public TracedPass(Decoder decoder, Backend backend, AttentionPlan plan, int tokens) {
        this.decoder = decoder;
        this.backend = backend;
        this.ops = backend.ops();
        this.tokens = tokens;
        attention = new PlannedAttention(plan, backend, decoder.layers().size(), bytes -> {});
        work = new Workspace(backend, tokens, decoder, bytes -> {});
        memory = backend.memory(bytes -> {});
    }

    /** Receives what the head says of one position after one layer. */
    @FunctionalInterface
    public interface LensSink {
        /**
         * @param layer 0 for the embedding, then 1 to the number of layers
         * @param logits (vocabulary), valid during the call only
         */
        void accept(int layer, int position, float[] logits);
    }

    /** Reads ids into an empty cache; the head reads every position after every layer. */
    public void lens(int[] ids, KvCache cache, LensSink sink) {
        Tensor logits = memory.allocate(new Shape(tokens, decoder.vocabularySize()));
        run(ids, cache, decoder.layers().size(), layer -> {
            decoder.logits(ops, decoder.norm().apply(ops, work.stream(), work.normed()), logits);
            var row = new float[decoder.vocabularySize()];
            for (int t = 0; t < tokens; t++) {
                backend.read(logits.rows(t, t + 1), row);
                sink.accept(layer, t, row);
            }
        });
    }

    /**
     * Reads ids into an empty cache up to a layer, and tells where its heads look.
     *
     * @param layer from 0
     * @return (heads, queries, keys), every row sums to 1
     */
    public float[][][] attention(int[] ids, KvCache cache, int layer) {
        run(ids, cache, layer + 1, done -> {});
        AttentionSpec spec =
                attention.plan().of(decoder.layers().get(layer).attention().spec());
        KvView view = cache.view(layer);
        if (view.slots().of(tokens) != tokens) {
            throw new LoupeException("The cache keeps only a part of the tokens now; switch to %cache full first.");
        }
        Tensor weights = memory.allocate(new Shape((long) tokens * spec.heads(), tokens));
        ops.attentionWeights(work.attention()[QUERIES], view, spec, 0, weights);
        var of = new float[spec.heads()][tokens][tokens];
        for (int t = 0; t < tokens; t++) {
            for (int h = 0; h < spec.heads(); h++) {
                long row = (long) t * spec.heads() + h;
                backend.read(weights.rows(row, row + 1), of[h][t]);
            }
        }
        return of;
    }

    private void run(int[] ids, KvCache cache, int layers, IntConsumer after) {
        cache.begin(tokens);
        cache.reserve(tokens);
        Tensor x = work.stream(); // (tokens, hidden)
        decoder.embed(ops, ids, x);
        after.accept(0);
        var step = new Step(ops, work, attention, cache, 0, tokens);
        for (int layer = 0; layer < layers; layer++) {
            decoder.layers().get(layer).apply(step, layer, x);
            after.accept(layer + 1);
        }
        cache.advance(tokens);
    }

    @Override
    public void close() {
        attention.close();
        work.close();
        memory.close();
    }
}
