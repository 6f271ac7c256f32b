package dev.loupe.engine.model;

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
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

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

    /** @param taken told the name of every tensor once it is loaded */
    public Weights(ModelFiles files, DtypePlan plan, Backend backend, MemoryLedger ledger, Consumer<String> taken) {
        this.files = files;
        this.plan = plan;
        this.backend = backend;
        this.taken = taken;
        vectors = backend.memory(bytes -> ledger.weights("fp32", bytes));
    }

    /** Where they live. */
    public Backend backend() {
        return backend;
    }

    /** A linear layer: {@code name.weight} and, where there is one, {@code name.bias}. */
    public Linear linear(String name) {
        return new Linear(
                matrix(name + ".weight", DtypePlan.Role.LINEAR), has(name + ".bias") ? vector(name + ".bias") : null);
    }

    /** The embedding table {@code name.weight}. */
    public Weight embedding(String name) {
        return matrix(name + ".weight", DtypePlan.Role.EMBEDDING);
    }

    /** The output head {@code name.weight}. */
    public Weight head(String name) {
        return matrix(name + ".weight", DtypePlan.Role.HEAD);
    }

    /** A norm's {@code name.weight}, with its eps. */
    public Norm norm(String name, float eps) {
        return new Norm(vector(name + ".weight"), eps);
    }

    /** Whether the model has this tensor. */
    public boolean has(String name) {
        return files.tensorNames().contains(name);
    }

    private Weight matrix(String name, DtypePlan.Role role) {
        try (Arena arena = Arena.ofShared()) {
            Tensor host = files.tensor(name, arena);
            DType dtype = plan.dtype(host, role);
            Weight weight = backend.weight(host, dtype);
            matrices.add(weight);
            dtypes.merge(dtype.id(), 1, Integer::sum);
            taken.accept(name);
            return weight;
        }
    }

    private Tensor vector(String name) {
        try (Arena arena = Arena.ofShared()) {
            float[] values = Conversion.floats(files.tensor(name, arena));
            Tensor tensor = vectors.allocate(new Shape(values.length));
            MemorySegment.copy(values, 0, tensor.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
            taken.accept(name);
            return tensor;
        }
    }

    /** How many matrices are stored as each dtype, by its id. */
    public Map<String, Integer> dtypes() {
        return new TreeMap<>(dtypes);
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
