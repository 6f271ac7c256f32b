package dev.loupe.engine.model;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.tensor.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bytes that a model takes in memory under a {@link DtypePlan}, known before it is loaded: shapes and dtypes are all it
 * needs. A backend may round a matrix up by some rows.
 *
 * <p>Invariant: every tensor that is loaded is in exactly one part.
 *
 * @param parts in the order of the computation; those without weights are left out
 * @param cacheBytesPerToken keys and values of one position, in fp32
 * @param context most positions of a sequence
 */
public record Footprint(List<Part> parts, long cacheBytesPerToken, int context) {
    /** So many positions of cache are reckoned to the memory that a model needs, or its whole context if shorter. */
    private static final int CACHED_TOKENS = 2048;

    /**
     * A part of a model.
     *
     * @param name "embedding", "attention", "feed-forward", "norms and biases" or "head"
     * @param parameters its weights
     * @param storedBytes as the files store it
     * @param bytes in memory
     */
    public record Part(String name, long parameters, long storedBytes, long bytes) {
        private Part plus(Part other) {
            return new Part(name, parameters + other.parameters, storedBytes + other.storedBytes, bytes + other.bytes);
        }
    }

    public Footprint {
        parts = List.copyOf(parts);
    }

    /** Of a model that is not loaded. */
    public static Footprint of(ModelFiles files, DtypePlan plan) {
        Map<String, Part> parts = new LinkedHashMap<>();
        List.of("embedding", "attention", "feed-forward", "norms and biases", "head")
                .forEach(name -> parts.put(name, new Part(name, 0, 0, 0)));
        Config config = files.config();
        for (String name : files.tensorNames()) {
            TensorInfo stored = files.tensorInfo(name);
            if (isUsed(name, config)) {
                Part part = new Part(
                        part(name, stored), stored.shape().elements(), stored.bytes(), bytes(name, stored, plan));
                parts.merge(part.name(), part, Part::plus);
            }
        }
        parts.values().removeIf(part -> part.parameters() == 0);
        double cached = 2.0 * config.numKeyValueHeads() * config.headDim() * config.numHiddenLayers() * Float.BYTES;
        return new Footprint(List.copyOf(parts.values()), (long) cached, config.maxPositionEmbeddings());
    }

    /** Bytes that one tensor takes in memory, by its Hugging Face name. */
    public static long bytes(String name, TensorInfo stored, DtypePlan plan) {
        DType dtype = isMatrix(stored) ? plan.dtype(stored, DtypePlan.Role.of(name)) : new Fp32();
        return dtype.bytes(stored.shape().elements());
    }

    private static boolean isMatrix(TensorInfo stored) {
        return stored.shape().rank() > 1;
    }

    private static boolean isUsed(String name, Config config) {
        return !(config.tieWordEmbeddings() && DtypePlan.Role.of(name) == DtypePlan.Role.HEAD)
                && !Weights.isRecomputed(name);
    }

    private static String part(String name, TensorInfo stored) {
        if (!isMatrix(stored)) {
            return "norms and biases";
        }
        return switch (DtypePlan.Role.of(name)) {
            case EMBEDDING -> "embedding";
            case HEAD -> "head";
            case LINEAR, ROUTER -> name.contains(".self_attn.") ? "attention" : "feed-forward";
        };
    }

    /** Number of weights. */
    public long parameters() {
        return parts.stream().mapToLong(Part::parameters).sum();
    }

    /** Bytes of all weights in memory. */
    public long weightBytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** Bytes of keys and values of so many positions; what no long can hold is as much as one can. */
    public long cacheBytes(int tokens) {
        return (long) Math.min((double) tokens * cacheBytesPerToken, Long.MAX_VALUE / 2);
    }

    /** Bytes to have free: the weights, and a cache of some positions. */
    public long needed() {
        return weightBytes() + cacheBytes(Math.min(context, CACHED_TOKENS));
    }
}
