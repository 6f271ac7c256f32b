package dev.loupe.tests.bench;

import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.ValueLayout;
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
 * Every dtype's product of a matrix with one token, as in decode, and with 512, as in prefill.
 *
 * <p>Several matrices take turns, together larger than a usual last-level cache, so that one token's product streams
 * its weights from memory as a model's does.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MatmulBenchmark {
    private static final int ROWS = 4096;
    private static final int COLUMNS = 2048;
    private static final long STREAMED_BYTES = 96L << 20;

    @Param({
        "fp32",
        "fp16",
        "bf16",
        "sym_int8",
        "fp8_e4m3",
        "fp8_e5m2",
        "mxfp8",
        "q6_k",
        "fp6_e2m3",
        "fp6_e3m2",
        "mxfp6",
        "asym_int5",
        "sym_int5",
        "q5_k",
        "asym_int4",
        "sym_int4",
        "q4_k",
        "fp4",
        "nf4",
        "mxfp4",
        "q3_k",
        "nf3",
        "q2_k"
    })
    private String dtype;

    @Param({"1", "512"})
    private int tokens;

    @Param("1")
    private int threads;

    /** As what activations enter products with four-bit integers; other dtypes ignore it. */
    @Param("fp32")
    private String activations;

    private Backend backend;
    private Ops ops;
    private Backend.Memory memory;
    private Weight[] weights;
    private Tensor x;
    private Tensor out;
    private int turn;

    /** What a second of the benchmark did. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        /** Weights read, in GB. */
        public double gigabytes;

        /** Multiply-adds, two operations each, in GFLOP. */
        public double gigaflops;
    }

    @Setup
    public void open() {
        backend = new VectorBackend(threads, new MemoryLedger(), new Cancellation());
        ops = backend.require(Activations.parse(activations));
        memory = backend.memory(bytes -> {});
        var type = DTypes.parse(dtype);
        Tensor host = random(ROWS, COLUMNS);
        weights = new Weight[(int) Math.max(1, STREAMED_BYTES / type.bytes((long) ROWS * COLUMNS))];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = backend.weight(host, type);
        }
        x = random(tokens, COLUMNS);
        out = memory.allocate(new Shape(tokens, ROWS));
    }

    private Tensor random(int rows, int columns) {
        var random = new Random(1);
        Tensor tensor = memory.allocate(new Shape(rows, columns));
        for (long i = 0; i < tensor.shape().elements(); i++) {
            tensor.data().set(ValueLayout.JAVA_FLOAT, 4 * i, (float) random.nextGaussian());
        }
        return tensor;
    }

    @Benchmark
    public Tensor matmul(Work work) {
        Weight weight = weights[turn++ % weights.length];
        ops.matmul(x, new Weight[] {weight}, new Tensor[] {out});
        work.gigabytes += weight.bytes() * 1e-9;
        work.gigaflops += 2e-9 * ROWS * COLUMNS * tokens;
        return out;
    }

    @TearDown
    public void close() {
        for (Weight weight : weights) {
            weight.close();
        }
        memory.close();
        backend.close();
    }
}
