package dev.loupe.engine.model;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A decoder of Llama's shape with random weights: speed depends on shapes and dtypes and not on what a model learnt, so
 * a benchmark needs no file.
 *
 * <p>Invariant: every matrix has the dtype asked for.
 */
public final class RandomModel implements AutoCloseable {
    private final Backend backend;
    private final Backend.Memory vectors;
    private final List<Weight> matrices = new ArrayList<>();
    private final Decoder decoder;

    /**
     * The sizes of a model.
     *
     * @param hidden size of the residual stream
     * @param kvHeads heads of keys and values
     */
    public record Sizes(String name, int layers, int hidden, int intermediate, int heads, int kvHeads, int vocabulary) {
        /** Models that are usually measured. */
        public static final List<Sizes> KNOWN = List.of(
                new Sizes("llama2-7b", 32, 4096, 11008, 32, 32, 32000),
                new Sizes("llama3-8b", 32, 4096, 14336, 32, 8, 128256),
                new Sizes("tiny", 2, 256, 512, 4, 2, 1000));

        /** Weights of all matrices but the embedding. */
        public long parameters() {
            long kv = (long) hidden / heads * kvHeads;
            long layer = 2L * hidden * hidden + 2 * hidden * kv + 3L * hidden * intermediate;
            return layers * layer + (long) vocabulary * hidden;
        }
    }

    /** With one dtype. */
    public RandomModel(Sizes sizes, DType dtype, Backend backend, MemoryLedger ledger) {
        this(sizes, Collections.nCopies(sizes.layers(), dtype), dtype, backend, ledger);
    }

    /**
     * With several.
     *
     * @param layers the dtype of each layer
     * @param table that of embedding and head
     */
    public RandomModel(Sizes sizes, List<DType> layers, DType table, Backend backend, MemoryLedger ledger) {
        this.backend = backend;
        vectors = backend.memory(bytes -> ledger.weights("fp32", bytes));
        try {
            decoder = build(sizes, layers, table);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Decoder build(Sizes s, List<DType> dtypes, DType table) {
        int headDim = s.hidden() / s.heads();
        int kv = headDim * s.kvHeads();
        var rope = new Rope.Fixed(RopeTable.of(headDim, 10_000));
        var spec = AttentionSpec.of(s.heads(), s.kvHeads(), headDim);
        var layers = new ArrayList<DecoderLayer>();
        for (DType dtype : dtypes) {
            var attention = new Attention(
                    linear(dtype, s.hidden(), s.hidden()),
                    linear(dtype, kv, s.hidden()),
                    linear(dtype, kv, s.hidden()),
                    linear(dtype, s.hidden(), s.hidden()),
                    rope,
                    spec);
            var feedForward = new GatedFeedForward(
                    linear(dtype, s.intermediate(), s.hidden()),
                    linear(dtype, s.intermediate(), s.hidden()),
                    linear(dtype, s.hidden(), s.intermediate()),
                    Activation.SILU);
            layers.add(new DecoderLayer(
                    DecoderLayer.Norms.before(norm(s.hidden())),
                    attention,
                    DecoderLayer.Norms.before(norm(s.hidden())),
                    feedForward));
        }
        return new Decoder(
                matrix(table, s.vocabulary(), s.hidden()),
                layers,
                norm(s.hidden()),
                matrix(table, s.vocabulary(), s.hidden()));
    }

    /** The decoder, as long as this is open. */
    public Decoder decoder() {
        return decoder;
    }

    private Norm norm(int size) {
        Tensor weight = vectors.allocate(new Shape(size));
        var ones = new float[size];
        Arrays.fill(ones, 1);
        backend.write(ones, weight);
        return new Norm.Rms(weight, 1e-5f);
    }

    private Linear linear(DType dtype, int out, int in) {
        return new Linear(matrix(dtype, out, in), null);
    }

    private Weight matrix(DType dtype, int rows, int columns) {
        Weight weight = RandomMatrix.of(backend, dtype, rows, columns);
        matrices.add(weight);
        return weight;
    }

    @Override
    public void close() {
        matrices.forEach(Weight::close);
        vectors.close();
    }
}
