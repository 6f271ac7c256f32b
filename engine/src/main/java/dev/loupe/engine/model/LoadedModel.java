package dev.loupe.engine.model;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.format.Config;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model's decoder with its weights in memory.
 *
 * @param decoder what computes
 * @param weights what it computes with, and what to close
 * @param plan the dtypes asked for
 */
public record LoadedModel(Decoder decoder, Weights weights, DtypePlan plan) implements AutoCloseable {
    /**
     * Loads all weights; if anything fails or is stopped, nothing stays loaded.
     *
     * @param task what the progress calls it
     */
    public static LoadedModel load(
            ModelFiles files,
            Architecture architecture,
            DtypePlan plan,
            Backend backend,
            MemoryLedger ledger,
            String task,
            Progress progress) {
        requireMemory(files, plan, backend);
        int total = files.tensorNames().size();
        var done = new AtomicInteger();
        progress.update(task, 0, total);
        var weights = new Weights(
                files,
                plan,
                backend,
                ledger,
                name -> progress.update(task, Math.min(done.incrementAndGet(), total - 1), total));
        try {
            var model = new LoadedModel(architecture.build(files.config(), weights), weights, plan);
            weights.requireAllUsed();
            progress.update(task, total, total);
            return model;
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    private static void requireMemory(ModelFiles files, DtypePlan plan, Backend backend) {
        long needed = plan.target() == null ? files.bytes() : bytes(files.config(), plan.target(), files.bytes());
        long free = backend.freeBytes();
        if (needed > free) {
            throw new LoupeException("As %s the model needs %.1f GiB and %.1f GiB are free; choose a smaller dtype."
                    .formatted(plan.target() == null ? "stored" : plan.target().id(), gib(needed), gib(free)));
        }
    }

    /** An estimate from the shapes that the config gives, with what is stored as the least for an unknown shape. */
    private static long bytes(Config c, DType dtype, long stored) {
        long layer = 2L * c.hiddenSize() * c.headDim() * (c.numAttentionHeads() + c.numKeyValueHeads())
                + 3L * c.hiddenSize() * c.intermediateSize() * c.integer("num_local_experts", 1);
        long parameters = layer * c.numHiddenLayers() + (long) c.hiddenSize() * c.vocabSize();
        return Math.max(parameters / dtype.blockElements() * dtype.blockBytes(), stored / 8);
    }

    private static double gib(long bytes) {
        return bytes / (double) (1 << 30);
    }

    /** How many matrices there are of each dtype. */
    public Map<String, Integer> dtypes() {
        return weights.dtypes();
    }

    @Override
    public void close() {
        weights.close();
    }
}
