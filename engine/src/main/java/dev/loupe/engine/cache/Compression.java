package dev.loupe.engine.cache;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.ScratchTensor;
import dev.loupe.engine.tensor.Tensor;

/**
 * Drops what was looked at least of one layer, when room is made for more.
 *
 * <p>Invariant: all heads keep as many slots, the newest among them.
 */
final class Compression {
    /** Queries at the end of a prompt that choose (SnapKV's observation window). */
    private static final int OBSERVERS = 32;

    /** Slots over the budget before some are dropped, so that it is not done for every token. */
    private static final int SLACK = 64;

    /** Queries whose weights are written down at a time. */
    private static final int SLICE = 16;

    private final LayerCache layer;
    private final int budget;
    private final boolean promptOnly;
    private final HeadVotes votes;
    private boolean due;

    private Compression(LayerCache layer, int budget, boolean promptOnly) {
        this.layer = layer;
        this.budget = budget;
        this.promptOnly = promptOnly;
        votes = new HeadVotes(layer.spec().kvHeads());
    }

    /** After each prompt, by what its last queries saw. */
    static Compression snapKv(LayerCache layer, int budget) {
        return new Compression(layer, budget, true);
    }

    /** Whenever the budget is exceeded, by what all queries saw. */
    static Compression heavyHitters(LayerCache layer, int budget) {
        return new Compression(layer, budget, false);
    }

    /** Counts what queries (tokens, heads * headDim) look at. */
    void observe(Backend backend, ScratchTensor scratch, Tensor queries, int firstPosition, int end, boolean prompt) {
        if (promptOnly && !prompt) {
            return;
        }
        int tokens = (int) queries.shape().rows();
        int from = promptOnly ? Math.max(0, end - OBSERVERS - firstPosition) : 0;
        for (int first = from; first < tokens; first += SLICE) {
            int to = Math.min(tokens, first + SLICE);
            observe(backend, scratch, queries.rows(first, to), firstPosition + first);
        }
        due |= from < tokens;
    }

    private void observe(Backend backend, ScratchTensor scratch, Tensor queries, int firstPosition) {
        AttentionSpec spec = layer.spec();
        KvView view = layer.view();
        int tokens = (int) queries.shape().rows();
        int slots = view.slots().of(firstPosition + tokens);
        Tensor weights = scratch.of((long) tokens * spec.heads(), slots);
        backend.ops().attentionWeights(queries, view, spec, firstPosition, weights);
        var values = new float[tokens * spec.heads() * slots];
        backend.read(weights, values);
        for (int row = 0; row < tokens * spec.heads(); row++) {
            votes.add(row % spec.heads() / spec.group(), values, row * slots, slots);
        }
    }

    /** Drops what is over the budget, of the first {@code length} positions; says whether it did. */
    boolean apply(int length, Ops ops) {
        int slots = layer.view().slots().of(length);
        if (!due || slots <= (promptOnly ? budget : budget + SLACK)) {
            return false;
        }
        int recent = promptOnly ? Math.min(OBSERVERS, budget / 2) : budget / 2;
        var kept = new int[layer.spec().kvHeads()][];
        for (int h = 0; h < kept.length; h++) {
            kept[h] = votes.keep(h, slots, budget, recent, promptOnly);
        }
        layer.compact(kept, length, ops);
        if (promptOnly) {
            votes.trim(0);
        } else {
            votes.move(kept);
        }
        due = false;
        return true;
    }

    /** Makes another count on from here. */
    void copyTo(Compression other) {
        votes.copyTo(other.votes);
        other.due = due;
    }

    /** Forgets what was counted of positions from {@code length} on. */
    void trim(int length) {
        votes.trim(length == 0 ? 0 : layer.view().slots().of(length));
        due &= length > 0;
    }
}
