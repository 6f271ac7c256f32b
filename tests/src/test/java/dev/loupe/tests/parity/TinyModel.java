package dev.loupe.tests.parity;

import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.decode.Session;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.format.ModelFormats;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.nio.file.Path;

/** A model of a few layers, run without a tokenizer. It closes the backend too. */
final class TinyModel implements AutoCloseable {
    private static final int CAPACITY = 160;

    private final MemoryLedger ledger = new MemoryLedger();
    private final Backend backend;
    private final ModelFiles files;
    private final LoadedModel model;
    private final ForwardPass pass;

    /**
     * @param dtype of all matrices
     * @param chunk most tokens read at a time
     */
    TinyModel(Path path, DType dtype, Backend backend, int chunk) {
        this.backend = backend;
        files = ModelFormats.open(path);
        try {
            model = LoadedModel.load(
                    files,
                    Architectures.of(files.config().modelType()),
                    new DtypePlan(dtype),
                    backend,
                    ledger,
                    "loading",
                    Progress.NONE);
        } catch (RuntimeException e) {
            files.close();
            backend.close();
            throw e;
        }
        pass = new ForwardPass(model.decoder(), backend, chunk, ledger::scratch);
    }

    /** Logits after every token: (tokens, vocabulary). */
    float[][] logits(int[] ids) {
        var logits = new float[ids.length][];
        try (var cache = cache()) {
            pass.run(ids, cache, 0, (index, values) -> logits[index] = values.clone());
        }
        return logits;
    }

    /** The most probable continuation, token by token with the cache. */
    int[] greedy(int[] prompt, int count) {
        var logits = new float[pass.vocabularySize()];
        var ids = new int[count];
        try (var session = session()) {
            session.read(prompt, pass, logits);
            for (int i = 0; i < count; i++) {
                ids[i] = argmax(logits);
                session.read(new int[] {ids[i]}, pass, logits);
            }
        }
        return ids;
    }

    /** Logits after tokens that are read into a session. */
    float[] read(Session session, int... ids) {
        var logits = new float[pass.vocabularySize()];
        session.read(ids, pass, logits);
        return logits;
    }

    Session session() {
        return new Session(cache());
    }

    Decoder decoder() {
        return model.decoder();
    }

    ForwardPass pass() {
        return pass;
    }

    /** Another pass over the same weights, for the caller to close. */
    ForwardPass pass(AttentionPlan plan, int chunk) {
        return new ForwardPass(model.decoder(), backend, chunk, plan, ledger::scratch);
    }

    PagedCache cache() {
        return cache(CAPACITY);
    }

    /** A cache that keeps every position, whatever the masks. */
    PagedCache cache(int capacity) {
        Decoder decoder = model.decoder();
        return PagedCache.full(
                backend, decoder.layers().size(), decoder.kvHeads(), decoder.headDim(), capacity, ledger::cache);
    }

    /** Values of a key of all heads. */
    int kvColumns() {
        return model.decoder().kvHeads() * model.decoder().headDim();
    }

    static int argmax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public void close() {
        pass.close();
        model.close();
        files.close();
        backend.close();
    }
}
