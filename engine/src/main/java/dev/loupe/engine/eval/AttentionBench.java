package dev.loupe.engine.eval;

import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.attention.PlannedAttention;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures flash and naive attention of one layer over caches of random keys and values. Invariant: both compute with
 * the same numbers.
 */
public final class AttentionBench {
    /** Queries at the end of the context: a piece of a prompt. */
    public static final int TOKENS = 64;

    private static final int REPEATS = 3;
    private static final int STORED = 256;

    private final Backend backend;
    private final AttentionSpec spec;

    public AttentionBench(Backend backend, AttentionSpec spec) {
        this.backend = backend;
        this.spec = spec;
    }

    /** Flash and naive attention at each of the contexts, in turns. */
    public List<AttentionCost> measure(int[] contexts) {
        var costs = new ArrayList<AttentionCost>();
        for (int context : contexts) {
            try (var cache = new PagedCache(backend, List.of(spec), CachePlan.exact(), context, bytes -> {});
                    Backend.Memory memory = backend.memory(bytes -> {})) {
                fill(cache, memory, context);
                Tensor q = random(memory, TOKENS, spec.heads());
                Tensor out = memory.allocate(q.shape());
                for (boolean flash : new boolean[] {true, false}) {
                    costs.add(cost(AttentionPlan.standard().withFlash(flash), cache, q, context, out));
                }
            }
        }
        return costs;
    }

    private AttentionCost cost(AttentionPlan plan, PagedCache cache, Tensor q, int context, Tensor out) {
        var bytes = new AtomicLong();
        try (var attention = new PlannedAttention(plan, backend, 1, bytes::addAndGet)) {
            long best = Long.MAX_VALUE;
            for (int i = 0; i <= REPEATS; i++) { // the first one warms up
                long start = System.nanoTime();
                attention.attend(0, q, cache, spec, context - TOKENS, out);
                best = i == 0 ? best : Math.min(best, System.nanoTime() - start);
            }
            return new AttentionCost(plan.toString(), context, TOKENS, best / 1e6, bytes.get());
        }
    }

    private void fill(PagedCache cache, Backend.Memory memory, int context) {
        Tensor keys = random(memory, STORED, spec.kvHeads());
        Tensor values = random(memory, STORED, spec.kvHeads());
        cache.begin(context);
        cache.reserve(context);
        for (int from = 0; from < context; from += STORED) {
            int rows = Math.min(STORED, context - from);
            backend.ops().store(keys.rows(0, rows), values.rows(0, rows), cache.view(0), spec, from);
        }
    }

    private Tensor random(Backend.Memory memory, int rows, int heads) {
        var random = new Random(rows + heads);
        var values = new float[rows * heads * spec.headDim()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = memory.allocate(new Shape(rows, heads * spec.headDim()));
        backend.write(values, tensor);
        return tensor;
    }
}
