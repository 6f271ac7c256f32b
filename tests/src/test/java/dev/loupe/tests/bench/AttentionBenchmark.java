package dev.loupe.tests.bench;

import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.cache.CacheFormat;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Flash attention at the end of a context, as in decode (one token) and in prefill, with SmolLM2's heads: 9 of 64, 3 of
 * keys and values. Several layers take turns, so that a long context streams from memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AttentionBenchmark {
    private static final AttentionSpec SPEC = AttentionSpec.of(9, 3, 64);
    private static final int LAYERS = 12;

    @Param({"512", "8000"})
    private int context;

    @Param({"1", "64"})
    private int tokens;

    @Param({"fp32", "fp16", "sym_int8"})
    private String cache;

    @Param("1")
    private int threads;

    private Backend backend;
    private Backend.Memory memory;
    private PagedCache pages;
    private Tensor q;
    private Tensor out;
    private int turn;

    /** What a second of the benchmark did. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        /** Keys and values read once a call, in GB. */
        public double gigabytes;

        /** Multiply-adds of scores and weighted values, two operations each, in GFLOP. */
        public double gigaflops;
    }

    @Setup
    public void open() {
        backend = new VectorBackend(threads, new MemoryLedger(), new Cancellation());
        memory = backend.memory(bytes -> {});
        var dtype = DTypes.parse(cache);
        var plan =
                new CachePlan(new CacheFormat(dtype, dtype), CachePlan.exact().retention());
        pages = new PagedCache(backend, Collections.nCopies(LAYERS, SPEC), plan, context, bytes -> {});
        pages.begin(context);
        pages.reserve(context);
        Tensor rows = random(64, SPEC.kvHeads());
        for (int layer = 0; layer < LAYERS; layer++) {
            for (int from = 0; from < context; from += 64) {
                Tensor some = rows.rows(0, Math.min(64, context - from));
                backend.ops().store(some, some, pages.view(layer), SPEC, from);
            }
        }
        q = random(tokens, SPEC.heads());
        out = memory.allocate(q.shape());
    }

    private Tensor random(int rows, int heads) {
        var random = new Random(1);
        Tensor tensor = memory.allocate(new Shape(rows, heads * SPEC.headDim()));
        var values = new float[(int) tensor.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        backend.write(values, tensor);
        return tensor;
    }

    @Benchmark
    public Tensor attention(Work work) {
        backend.ops().attention(q, pages.view(turn++ % LAYERS), SPEC, context - tokens, out);
        long elements = (long) context * SPEC.kvHeads() * SPEC.headDim();
        work.gigabytes += 2e-9 * DTypes.parse(cache).bytes(elements);
        work.gigaflops += 4e-9 * elements * SPEC.group() * tokens;
        return out;
    }

    @TearDown
    public void close() {
        pages.close();
        memory.close();
        backend.close();
    }
}
