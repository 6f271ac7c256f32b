package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.cache.FullCache;
import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.hub.UserPath;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A model's weights where they compute now: what a switch of dtype or threads replaces while the session stays.
 *
 * <p>Invariant: a switch that fails or is stopped leaves everything as it was. Used by one thread at a time.
 */
final class Placement implements AutoCloseable {
    private static final int PROMPT_CHUNK = 512;

    private final ModelFiles files;
    private final Architecture architecture;
    private final MemoryLedger ledger = new MemoryLedger();
    private final Cancellation cancellation;
    private Backend backend;
    private LoadedModel model;
    private ForwardPass pass;

    Placement(
            ModelFiles files,
            DtypePlan plan,
            String device,
            int threads,
            Cancellation cancellation,
            Progress progress) {
        this.files = files;
        this.cancellation = cancellation;
        architecture = Architectures.of(files.config().modelType());
        backend = Devices.open(device, threads, ledger, cancellation);
        try {
            model = load(plan, "loading " + files.name(), progress);
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
        ledger.mapped(files.bytes());
        pass = newPass();
        warmUp();
    }

    private void warmUp() {
        if (contextLength() > WarmUp.TOKENS) {
            WarmUp.run(pass, newCache(), Dtypes.parameters(files));
        }
    }

    private LoadedModel load(DtypePlan plan, String task, Progress progress) {
        return LoadedModel.load(files, architecture, plan, backend, ledger, task, progress);
    }

    private ForwardPass newPass() {
        return new ForwardPass(model.decoder(), backend, PROMPT_CHUNK, ledger::scratch);
    }

    /** Converts the weights from the file's own. */
    void convert(DtypePlan plan, Progress progress) {
        LoadedModel converted = load(plan, "%s -> %s".formatted(dtype(), plan), progress);
        pass.close();
        model.close();
        model = converted;
        pass = newPass();
        warmUp();
    }

    /** Writes the model in the dtypes it has now; returns where. */
    Path save(String file, Progress progress) {
        try {
            Path target = UserPath.of(file).toAbsolutePath();
            files.save(target, this::dtype, cancellation, progress);
            return target;
        } catch (InvalidPathException e) {
            throw new LoupeException("'%s' is no path of a file; name one, as in model.gguf.".formatted(file), e);
        }
    }

    private DType dtype(String matrix) {
        return model.plan().dtype(files.tensorInfo(matrix), DtypePlan.Role.of(matrix));
    }

    void threads(int threads) {
        Backend changed = Devices.open(backend.device(), threads, ledger, cancellation);
        pass.close();
        backend.close();
        backend = changed;
        pass = newPass();
    }

    /** The dtypes as asked for, or what most matrices are stored as. */
    String dtype() {
        return Dtypes.asked(model);
    }

    /** What the memory is used for now. */
    Llm.MemorySample memorySample() {
        return new Llm.MemorySample(dtype(), backend.device(), ledger.snapshot());
    }

    /** Checks that ids are in the vocabulary. */
    void requireIds(int[] ids) {
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize()) {
                throw new LoupeException(
                        "%d is no token id; ids of this model go from 0 to %,d.".formatted(id, vocabularySize() - 1));
            }
        }
    }

    LoadedModel model() {
        return model;
    }

    Backend backend() {
        return backend;
    }

    ForwardPass pass() {
        return pass;
    }

    MemoryLedger ledger() {
        return ledger;
    }

    /** Most tokens of a sequence. */
    int contextLength() {
        return files.config().maxPositionEmbeddings();
    }

    int vocabularySize() {
        return model.decoder().vocabularySize();
    }

    /** An empty cache for a sequence of this model. */
    KvCache newCache() {
        return new FullCache(
                backend,
                model.decoder().layers().size(),
                model.decoder().kvHeads(),
                model.decoder().headDim(),
                contextLength(),
                ledger::cache);
    }

    @Override
    public void close() {
        pass.close();
        model.close();
        backend.close();
    }
}
