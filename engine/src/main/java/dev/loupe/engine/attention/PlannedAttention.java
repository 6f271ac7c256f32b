package dev.loupe.engine.attention;

import dev.loupe.engine.cache.BlockBounds;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.ScratchTensor;
import dev.loupe.engine.ops.Selection;
import dev.loupe.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Computes attention as an {@link AttentionPlan} says, with the memory that takes. */
public final class PlannedAttention implements AutoCloseable {
    /** Layers that are never sparse: the first ones look everywhere (as in Quest). */
    private static final int DENSE_LAYERS = 2;

    /** One decoded token in so many is compared with full attention. */
    private static final int MEASURED = 8;

    private final AttentionPlan plan;
    private final Backend backend;
    private final ScratchTensor scores;
    private final double[] seen; // by layer
    private final int[] measured;
    private final BitSet[] read; // by layer, of the last token measured
    private int context;

    /** @param ledger told of the bytes of scores */
    public PlannedAttention(AttentionPlan plan, Backend backend, int layers, LongConsumer ledger) {
        this.plan = plan;
        this.backend = backend;
        scores = new ScratchTensor(backend, ledger);
        seen = new double[layers];
        measured = new int[layers];
        read = new BitSet[layers];
        Arrays.setAll(read, layer -> new BitSet());
    }

    /** The plan. */
    public AttentionPlan plan() {
        return plan;
    }

    /**
     * Attention of a layer's queries q (tokens, heads * headDim) at {@code position}... over what the cache has of it;
     * out as q.
     */
    public void attend(int layer, Tensor q, KvCache cache, AttentionSpec own, int position, Tensor out) {
        AttentionSpec spec = plan.of(own);
        KvView view = cache.view(layer);
        if (plan.sparse() != null && layer >= DENSE_LAYERS && q.shape().rows() == 1) {
            view = sparse(layer, q, cache, spec, position);
        }
        if (plan.flash()) {
            backend.ops().attention(q, view, spec, position, out);
        } else {
            Tensor weights = weights(q, view, spec, position);
            backend.ops().weightedValues(weights, view, spec, out);
        }
        cache.observe(layer, q, position);
    }

    private Tensor weights(Tensor q, KvView view, AttentionSpec spec, int position) {
        Ops ops = backend.ops();
        int tokens = (int) q.shape().rows();
        Tensor weights = scores.of((long) tokens * spec.heads(), view.slots().of(position + tokens));
        ops.attentionWeights(q, view, spec, position, weights);
        return weights;
    }

    private KvView sparse(int layer, Tensor q, KvCache cache, AttentionSpec spec, int position) {
        KvView all = cache.view(layer);
        Optional<BlockBounds> bounds = cache.bounds(layer, plan.sparse().block());
        if (bounds.isEmpty()) {
            return all;
        }
        var query = new float[spec.heads() * spec.headDim()];
        backend.read(q, query);
        Selection selection = PageSelector.select(query, spec, bounds.get(), plan.sparse());
        if (selection == null) {
            return all;
        }
        if (position % MEASURED == 0) {
            measure(layer, q, all, spec, position, selection);
        }
        return all.with(selection);
    }

    private void measure(int layer, Tensor q, KvView all, AttentionSpec spec, int position, Selection selection) {
        Tensor weights = weights(q, all, spec, position);
        var values = new float[Math.toIntExact(weights.shape().elements())];
        backend.read(weights, values);
        int slots = values.length / spec.heads();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += selection.has(i / slots / spec.group(), i % slots) ? values[i] : 0;
        }
        seen[layer] += sum / spec.heads();
        measured[layer]++;
        context = position + 1;
        read[layer] = selection.slots()[0].get(0, context);
    }

    /** How much of full attention was seen since this was made. */
    public Recall recall() {
        var layers = new double[seen.length];
        int tokens = 0;
        for (int i = 0; i < layers.length; i++) {
            layers[i] = seen[i] / measured[i]; // NaN if none was measured
            tokens = Math.max(tokens, measured[i]);
        }
        return new Recall(layers, tokens, context, List.of(read));
    }

    @Override
    public void close() {
        scores.close();
    }
}
