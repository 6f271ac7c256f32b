package dev.loupe.engine.model;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * The weights of a model on a backend, in the dtypes of a {@link DtypePlan}, taken by Hugging Face's names.
 *
 * <p>Invariant: they come from the file's own weights, and {@link #close()} gives all of their memory back.
 */
public final class Weights implements AutoCloseable {
    private final ModelFiles files;
    private final DtypePlan plan;
    private final Backend backend;
    private final Backend.Memory vectors;
    private final Consumer<String> taken;
    private final List<Weight> matrices = new ArrayList<>();
    private final Map<String, Integer> dtypes = new TreeMap<>();
    private final Map<Fallback, Integer> fallbacks = new LinkedHashMap<>();
    private final LinkedHashSet<String> unused;

    /** @param taken told the name of every tensor once it is loaded */
    public Weights(ModelFiles files, DtypePlan plan, Backend backend, MemoryLedger ledger, Consumer<String> taken) {
        this.files = files;
        this.plan = plan;
        this.backend = backend;
        this.taken = taken;
        this.unused = new LinkedHashSet<>(files.tensorNames());
        vectors = backend.memory(bytes -> ledger.weights("fp32", bytes));
    }

    /** Where they live. */
    public Backend backend() {
        return backend;
    }

    /** A linear layer: {@code name.weight} (out, in) and, where there is one, {@code name.bias} (out). */
    public Linear linear(String name, long out, long in) {
        Weight weight = matrix(name + ".weight", out, in);
        return new Linear(weight, has(name + ".bias") ? vector(name + ".bias", out, 0) : null);
    }

    /** Linear layers whose rows are stacked in {@code name.weight} (sum of outs, in), without biases. */
    public List<Linear> stacked(String name, long in, long... outs) {
        try (Arena arena = Arena.ofShared()) {
            Tensor all = tensor(name + ".weight", arena, LongStream.of(outs).sum(), in);
            var layers = new ArrayList<Linear>();
            long from = 0;
            for (long out : outs) {
                layers.add(new Linear(weight(name + ".weight", all.rows(from, from + out)), null));
                from += out;
            }
            taken(name + ".weight");
            return layers;
        }
    }

    /** The scores of experts, {@code name.weight} (experts, in). */
    public Linear router(String name, long experts, long in) {
        return new Linear(matrix(name + ".weight", experts, in), null);
    }

    /** The embedding table {@code name.weight}. */
    public Weight embedding(String name, long vocabulary, long hidden) {
        return matrix(name + ".weight", vocabulary, hidden);
    }

    /** The output head {@code name.weight}. */
    public Weight head(String name, long vocabulary, long hidden) {
        return matrix(name + ".weight", vocabulary, hidden);
    }

    /** The output head {@code name.weight} with rows of length 1, also if the file has them so already. */
    public Weight normedHead(String name, long vocabulary, long hidden) {
        try (Arena arena = Arena.ofShared()) {
            Tensor stored = tensor(name + ".weight", arena, vocabulary, hidden);
            DType dtype = plan.dtype(stored.info(), DtypePlan.Role.of(name + ".weight"));
            MemorySegment rows = arena.allocate(dtype.bytes(vocabulary * hidden), 64);
            var row = new float[(int) hidden];
            for (long r = 0; r < vocabulary; r++) {
                stored.dtype().decode(stored.data(), r * stored.rowBytes(), row, 0, row.length);
                toLengthOne(row);
                dtype.encode(row, 0, rows, r * dtype.bytes(hidden), row.length);
            }
            taken(name + ".weight");
            return weight(name + ".weight", new Tensor(stored.shape(), dtype, rows));
        }
    }

    private static void toLengthOne(float[] row) {
        double squares = 0;
        for (float value : row) {
            squares += (double) value * value;
        }
        double length = Math.max(Math.sqrt(squares), 1e-12);
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) (row[i] / length);
        }
    }

    /** A norm by {@code name.weight} (features). */
    public Norm norm(String name, long features, float eps) {
        return new Norm.Rms(vector(name + ".weight", features, 0), eps);
    }

    /** A norm by 1 + {@code name.weight} (features), as Gemma's. */
    public Norm onePlusNorm(String name, long features, float eps) {
        return new Norm.Rms(vector(name + ".weight", features, 1), eps);
    }

    /** Whether the model has this tensor. */
    public boolean has(String name) {
        return files.tensorNames().contains(name);
    }

    /** Counts a tensor as used that the model is better computed without. */
    public void ignore(String name) {
        unused.remove(name);
    }

    /** Fails if the files have a tensor that nothing asked for, for then the model computes something else. */
    void requireAllUsed() {
        unused.removeIf(Weights::isRecomputed);
        if (!unused.isEmpty()) {
            throw new LoupeException(
                    "The model has %d tensors that the architecture %s has no use for, such as %s; this variant is not supported, use another model."
                            .formatted(unused.size(), files.config().modelType(), unused.getFirst()));
        }
    }

    /** Whether a checkpoint may hold a tensor that is computed from its config anyway. */
    static boolean isRecomputed(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }

    private Weight matrix(String name, long rows, long columns) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = weight(name, tensor(name, arena, rows, columns));
            taken(name);
            return weight;
        }
    }

    private Weight weight(String name, Tensor host) {
        var role = DtypePlan.Role.of(name);
        DType dtype = plan.dtype(host.info(), role);
        Weight weight = backend.weight(name, host, dtype);
        matrices.add(weight);
        dtypes.merge(dtype.id(), 1, Integer::sum);
        if (!dtype.equals(plan.wanted(host.info(), role))) {
            var kind = new Fallback(plan.wanted(host.info(), role), dtype, weight.columns());
            fallbacks.merge(kind, 1, Integer::sum);
        }
        return weight;
    }

    private Tensor vector(String name, long size, float added) {
        try (Arena arena = Arena.ofShared()) {
            float[] values = Conversion.floats(tensor(name, arena, size));
            for (int i = 0; i < values.length; i++) {
                values[i] += added;
            }
            Tensor tensor = vectors.allocate(new Shape(values.length));
            backend.write(values, tensor);
            taken(name);
            return tensor;
        }
    }

    private Tensor tensor(String name, Arena arena, long... sizes) {
        Tensor tensor = files.tensor(name, arena);
        var expected = new Shape(sizes);
        if (!tensor.shape().equals(expected)) {
            throw new LoupeException(
                    "The model's tensor %s has the shape %s, but its config asks for %s; the files do not belong together, get the complete model."
                            .formatted(name, tensor.shape(), expected));
        }
        return tensor;
    }

    private void taken(String name) {
        unused.remove(name);
        taken.accept(name);
    }

    /** How many matrices are stored as each dtype, by its id. */
    public Map<String, Integer> dtypes() {
        return new TreeMap<>(dtypes);
    }

    /** Matrices whose rows the dtype that they should have does not fit: how many of each kind. */
    public Map<Fallback, Integer> fallbacks() {
        return new LinkedHashMap<>(fallbacks);
    }

    /** Dtypes that have no kernel of their own on this backend. */
    public List<String> slowDtypes() {
        return matrices.stream()
                .filter(Weight::slow)
                .map(w -> w.dtype().id())
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        matrices.forEach(Weight::close);
        vectors.close();
    }
}
