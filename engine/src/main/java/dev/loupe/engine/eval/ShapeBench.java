package dev.loupe.engine.eval;

import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.cache.CacheFormat;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.cache.Retention;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.Collections;
import java.util.Random;
import java.util.Set;

/**
 * Speed of a {@link RandomModel}: tokens a second of a prompt, and of greedy decoding after it, one sequence.
 *
 * <p>Invariant: decoding is measured with the prompt in the cache, which is fp16, and with the best id read back and
 * fed in again, as a greedy generation does.
 */
public final class ShapeBench implements AutoCloseable {
    private static final int PROMPT_CHUNK = 512;

    private final RandomModel model;
    private final ForwardPass pass;
    private final KvCache cache;
    private final int prompt;
    private final int generate;
    private final int[] ids;

    /**
     * @param ops of the backend
     * @param prompt tokens to read, 1 or more
     * @param generate tokens to write
     */
    public ShapeBench(
            RandomModel.Sizes sizes,
            DType dtype,
            Backend backend,
            Ops ops,
            MemoryLedger ledger,
            int prompt,
            int generate) {
        this.prompt = prompt;
        this.generate = generate;
        model = new RandomModel(sizes, dtype, backend, ledger);
        pass = new ForwardPass(
                model.decoder(), backend, ops, PROMPT_CHUNK, AttentionPlan.standard(), Set.of(), ledger::scratch);
        var spec = AttentionSpec.of(sizes.heads(), sizes.kvHeads(), sizes.hidden() / sizes.heads());
        var format = new CacheFormat(DTypes.FP16, DTypes.FP16);
        cache = new PagedCache(
                backend,
                Collections.nCopies(sizes.layers(), spec),
                new CachePlan(format, new Retention.Everything()),
                prompt + generate,
                ledger::cache);
        ids = new Random(0).ints(prompt, 0, sizes.vocabulary()).toArray();
    }

    /** Tokens a second of the prompt, then of what is generated after it. */
    public double[] measure() {
        cache.trim(0);
        long start = System.nanoTime();
        int[] next = best(ids);
        long read = System.nanoTime();
        for (int i = 0; i < generate; i++) {
            next = best(next);
        }
        long written = System.nanoTime();
        return new double[] {prompt * 1e9 / (read - start), generate * 1e9 / (written - read)};
    }

    private int[] best(int[] tokens) {
        return pass.read(tokens, cache, 1, TopSpec.FIRST).top(0, TopSpec.FIRST).ids();
    }

    @Override
    public void close() {
        cache.close();
        pass.close();
        model.close();
    }
}
