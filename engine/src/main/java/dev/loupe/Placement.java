package dev.loupe;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.attention.AttentionPlan;
import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.cache.CacheFormat;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.eval.WeightError;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.hub.UserPath;
import dev.loupe.engine.model.Architecture;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.LoadedModel;
import dev.loupe.engine.model.arch.Architectures;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.Progress;
import java.lang.foreign.Arena;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A model's weights where they compute now: what a switch of dtype, threads or device replaces while the session stays.
 *
 * <p>Invariant: a switch that fails or is stopped leaves everything as it was. Used by one thread at a time.
 */
final class Placement implements AutoCloseable {
    private static final int PROMPT_CHUNK = 512;
    private static final String CPU = "cpu";

    private final ModelFiles files;
    private final Architecture architecture;
    private final MemoryLedger ledger = new MemoryLedger();
    private final Cancellation cancellation;
    private Backend backend;
    private int threads;
    private String passedOver;
    private LoadedModel model;
    private AttentionPlan attention = AttentionPlan.standard();
    private CachePlan cachePlan = CachePlan.exact();
    private Activations activations = Activations.FP32;
    private ForwardPass pass;

    Placement(
            ModelFiles files,
            DtypePlan plan,
            String device,
            int threads,
            boolean cold,
            Cancellation cancellation,
            Progress progress) {
        this.files = files;
        this.cancellation = cancellation;
        architecture = Architectures.of(files.config().modelType());
        this.threads = threads;
        var request = DeviceRequest.parse(device);
        passedOver = request.passedOver();
        backend = request.open(files.config(), threads, ledger, cancellation);
        try {
            model = load(plan, backend, "loading " + files.name(), progress);
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
        ledger.mapped(files.bytes());
        pass = newPass();
        if (!cold) {
            warmUp();
        }
    }

    private void warmUp() {
        warmUp(backend, pass, cachePlan);
    }

    private void warmUp(Backend backend, ForwardPass pass, CachePlan plan) {
        if (contextLength() > WarmUp.TOKENS) {
            boolean jvm = backend.device().equals(CPU);
            WarmUp.run(pass, newCache(pass, plan), Dtypes.parameters(files), jvm);
        }
    }

    private LoadedModel load(DtypePlan plan, Backend backend, String task, Progress progress) {
        return LoadedModel.load(files, architecture, plan, backend, ledger, task, progress);
    }

    private ForwardPass newPass() {
        return newPass(model, backend, attention);
    }

    private ForwardPass newPass(LoadedModel model, Backend backend, AttentionPlan attention) {
        return newPass(model.decoder(), backend, attention, activations);
    }

    private ForwardPass newPass(Decoder decoder, Backend backend, AttentionPlan attention, Activations activations) {
        Ops ops = ops(backend, activations);
        return new ForwardPass(decoder, backend, ops, PROMPT_CHUNK, attention, Set.of(), ledger::scratch);
    }

    private static Ops ops(Backend backend, Activations activations) {
        return backend.ops(activations).orElseGet(backend::ops);
    }

    /** Computes attention otherwise from now on, and makes other caches. */
    void attend(AttentionPlan attention, CachePlan cache) {
        AttentionOptions.check(attention, cache);
        requireComputed(backend, cache);
        ForwardPass changed = newPass(model, backend, attention);
        try {
            cache.format().requireFits(model.decoder().headDim());
            warmUp(backend, changed, cache);
        } catch (RuntimeException | Error e) {
            changed.close();
            throw e;
        }
        pass.close();
        pass = changed;
        this.attention = attention;
        cachePlan = cache;
    }

    private static void requireComputed(Backend backend, CachePlan cache) {
        CacheFormat format = cache.format();
        if (!backend.ops().readsPages(format.keys(), format.values())) {
            throw new LoupeException(
                    "%s has no kernel for a cache in %s; use %%cache f16 or q8_0 first, or %%device cpu."
                            .formatted(backend.device(), format));
        }
    }

    /** Takes activations into products otherwise from now on. */
    void activations(Activations activations) {
        backend.require(activations);
        ForwardPass changed = newPass(model.decoder(), backend, attention, activations);
        pass.close();
        pass = changed;
        this.activations = activations;
    }

    Activations activations() {
        return activations;
    }

    AttentionPlan attention() {
        return attention;
    }

    CachePlan cachePlan() {
        return cachePlan;
    }

    /** A pass over the model without some of its layers, to draft, for the caller to close. */
    ForwardPass skipping(Set<Integer> layers) {
        Ops ops = ops(backend, Activations.INT8);
        return new ForwardPass(model.decoder(), backend, ops, 1, attention, layers, ledger::scratch);
    }

    /** How attention runs and what caches keep: "flash, cache fp16". */
    String attentionWords() {
        String words = "%s, cache %s".formatted(attention, cachePlan);
        return activations == Activations.FP32 ? words : "%s, activations %s".formatted(words, activations);
    }

    /** Converts the weights from the file's own. */
    void convert(DtypePlan plan, Progress progress) {
        LoadedModel converted = load(plan, backend, "%s -> %s".formatted(dtype(), plan), progress);
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

    /** Another set of the same model's weights: a reference to compare with, a copy that drafts. */
    record Beside(LoadedModel model, ForwardPass pass) implements AutoCloseable {
        @Override
        public void close() {
            pass.close();
            model.close();
        }
    }

    /** Loads the model a second time, in other dtypes; {@code what} says what for. */
    Beside beside(String what, DtypePlan plan, Progress progress) {
        LoadedModel other = load(plan, backend, "loading %s as %s".formatted(what, plan), progress);
        return new Beside(other, newPass(other, backend, attention));
    }

    /**
     * A second time, to draft: whatever is taken of it is verified, so activations are what is quickest. It embeds by
     * this model's own table, which costs nothing.
     */
    Beside drafting(DtypePlan plan, Progress progress) {
        LoadedModel copy = load(plan, backend, "loading a copy that drafts as " + plan, progress);
        Decoder decoder = copy.decoder().withEmbedding(model.decoder().embedding());
        return new Beside(copy, newPass(decoder, backend, attention, Activations.INT8));
    }

    /** What a person asks for, of this model. */
    DtypePlan plan(String dtypes) {
        return DtypeRequest.parse(dtypes).resolve(files);
    }

    /** A row of a matrix as the file holds it, decoded. */
    float[] weights(String name, int row) {
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = files.tensor(name, arena);
            if (row < 0 || row >= tensor.shape().rows()) {
                throw new LoupeException("%s has no row %d; its rows go from 0 to %,d."
                        .formatted(name, row, tensor.shape().rows() - 1));
            }
            var values = new float[Math.toIntExact(tensor.shape().columns())];
            tensor.dtype().decode(tensor.data(), row * tensor.rowBytes(), values, 0, values.length);
            return values;
        }
    }

    /** What the dtypes of now do to each matrix of the file, in the file's order. */
    List<WeightError> weightErrors(Progress progress) {
        List<String> matrices = files.tensorNames().stream()
                .filter(name -> files.tensorInfo(name).shape().rank() > 1)
                .toList();
        var errors = new ArrayList<WeightError>();
        String task = "error of the weights as " + dtype();
        for (String name : matrices) {
            progress.update(task, errors.size(), matrices.size());
            cancellation.check("nothing was changed.");
            try (Arena arena = Arena.ofShared()) {
                errors.add(WeightError.of(name, files.tensor(name, arena), dtype(name)));
            }
        }
        progress.update(task, matrices.size(), matrices.size());
        return errors;
    }

    private DType dtype(String matrix) {
        return model.plan().dtype(files.tensorInfo(matrix), DtypePlan.Role.of(matrix));
    }

    /** Sets the threads of the cpu. */
    void threads(int threads) {
        if (!backend.device().equals(CPU)) {
            throw new LoupeException("%s has its own number of threads; go to the cpu with %%device cpu threads=%d."
                    .formatted(backend.device(), threads));
        }
        Backend changed = Devices.open(Devices.find(CPU), threads, ledger, cancellation);
        this.threads = threads;
        pass.close();
        backend.close();
        backend = changed;
        pass = newPass();
    }

    /**
     * Loads the weights, from the file's own, on another device.
     *
     * @param device as {@link DeviceRequest#parse} takes it
     * @return the device left, for the caller to close once nothing lies in its memory; nothing if it is the same
     */
    Optional<Backend> move(String device, Progress progress) {
        var request = DeviceRequest.parse(device);
        if (request.id(files.config()).equals(backend.device())) {
            passedOver = request.passedOver();
            return Optional.empty();
        }
        Backend target = request.open(files.config(), threads, ledger, cancellation);
        LoadedModel moved = null;
        ForwardPass movedPass = null;
        try {
            requireComputed(target, cachePlan);
            moved = load(model.plan(), target, "%s -> %s".formatted(backend.device(), target.device()), progress);
            movedPass = newPass(moved, target, attention);
            warmUp(target, movedPass, cachePlan);
        } catch (RuntimeException | Error e) {
            if (movedPass != null) {
                movedPass.close();
            }
            if (moved != null) {
                moved.close();
            }
            target.close();
            throw e;
        }
        pass.close();
        model.close();
        Backend left = backend;
        backend = target;
        model = moved;
        pass = movedPass;
        passedOver = request.passedOver();
        return Optional.of(left);
    }

    /** What runs otherwise than asked. */
    List<String> notes() {
        var notes = new ArrayList<>(Dtypes.notes(model));
        notes.addAll(backend.notes());
        if (!passedOver.isEmpty()) {
            notes.add("auto chose %s: %s".formatted(backend.device(), passedOver));
        }
        if (model.dtypes().keySet().stream().map(DTypes::parse).noneMatch(activations::serves)) {
            notes.add("activations %s are for %s only; %s takes them as fp32"
                    .formatted(activations, activations.served(), dtype()));
        } else if (backend.ops(activations).isEmpty()) {
            notes.add("%s has its own way to take activations, not %s; use %%device %s for that"
                    .formatted(backend.device(), activations, activations.devices()));
        }
        return notes;
    }

    /** The dtypes as asked for, or what most matrices are stored as. */
    String dtype() {
        return Dtypes.asked(model);
    }

    /** What the memory is used for now. */
    MemorySample memorySample() {
        return new MemorySample(dtype(), backend.device(), ledger.snapshot());
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

    ModelFiles files() {
        return files;
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
    PagedCache newCache() {
        return newCache(pass, cachePlan);
    }

    private PagedCache newCache(ForwardPass pass, CachePlan plan) {
        return pass.newCache(plan, contextLength(), ledger::cache);
    }

    @Override
    public void close() {
        pass.close();
        model.close();
        backend.close();
    }
}
