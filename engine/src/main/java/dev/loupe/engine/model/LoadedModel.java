package dev.loupe.engine.model;

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
        Fit.of(files, plan, backend.freeBytes()).require(backend.device());
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

    /** How many matrices there are of each dtype. */
    public Map<String, Integer> dtypes() {
        return weights.dtypes();
    }

    @Override
    public void close() {
        weights.close();
    }
}
