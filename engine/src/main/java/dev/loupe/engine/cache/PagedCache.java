package dev.loupe.engine.cache;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.ScratchTensor;
import dev.loupe.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * A cache of pages: a {@link CacheFormat} to store, a {@link Retention} of each layer to keep.
 *
 * <p>Invariant: what a layer's mask shows of a layer that does not compress is there, bit for bit as if everything
 * were.
 */
public final class PagedCache implements KvCache {
    private final Backend backend;
    private final CachePlan plan;
    private final int capacity;
    private final LongConsumer ledger;
    private final PagePool pool;
    private final List<LayerCache> layers;
    private final List<Compression> compressions; // of a layer, null for none
    private final BlockBounds[] bounds;
    private final ScratchTensor weights;
    private int length;
    private int end; // of the pass
    private boolean prompt; // whether that pass reads several tokens

    /**
     * @param specs of the layers, as their attention is computed
     * @param capacity most positions
     * @param ledger told of the bytes taken and given back
     */
    public PagedCache(Backend backend, List<AttentionSpec> specs, CachePlan plan, int capacity, LongConsumer ledger) {
        this.backend = backend;
        this.plan = plan;
        this.capacity = capacity;
        this.ledger = ledger;
        AttentionSpec any = specs.getFirst();
        plan.format().requireFits(any.headDim());
        pool = new PagePool(backend, plan.format(), any.kvHeads(), any.headDim(), specs.size(), ledger);
        layers = specs.stream()
                .map(spec -> new LayerCache(pool, spec, plan.retention(spec.mask())))
                .toList();
        compressions = layers.stream().map(PagedCache::compression).toList();
        bounds = new BlockBounds[layers.size()];
        weights = new ScratchTensor(backend, ledger);
    }

    /** Every position in fp32: what any backend can compute with. */
    public static PagedCache full(
            Backend backend, int layers, int kvHeads, int headDim, int capacity, LongConsumer ledger) {
        var spec = AttentionSpec.of(kvHeads, kvHeads, headDim);
        return new PagedCache(backend, Collections.nCopies(layers, spec), CachePlan.exact(), capacity, ledger);
    }

    private static Compression compression(LayerCache layer) {
        return switch (layer.retention()) {
            case Retention.SnapKv snap -> Compression.snapKv(layer, snap.budget());
            case Retention.HeavyHitters heavy -> Compression.heavyHitters(layer, heavy.budget());
            case Retention.Everything all -> null;
            case Retention.Window window -> null;
        };
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void begin(int tokens) {
        KvCache.super.begin(tokens);
        end = length + tokens;
        prompt = tokens > 1;
    }

    @Override
    public void reserve(int tokens) {
        KvCache.super.begin(tokens);
        boolean dropped = false;
        for (Compression compression : compressions) {
            dropped |= compression != null && compression.apply(length, backend.ops());
        }
        for (LayerCache layer : layers) {
            layer.reserve(length, length + tokens);
        }
        if (dropped) {
            pool.shrink();
        }
    }

    @Override
    public KvView view(int layer) {
        return layers.get(layer).view();
    }

    @Override
    public int layout() {
        int views = 0;
        for (LayerCache layer : layers) {
            views += layer.views();
        }
        return views;
    }

    @Override
    public void observe(int layer, Tensor queries, int firstPosition) {
        if (compressions.get(layer) != null) {
            compressions.get(layer).observe(backend, weights, queries, firstPosition, end, prompt);
        }
    }

    @Override
    public boolean compresses() {
        return plan.compresses();
    }

    @Override
    public Optional<BlockBounds> bounds(int layer, int block) {
        LayerCache of = layers.get(layer);
        if (!(of.retention() instanceof Retention.Everything)) {
            return Optional.empty();
        }
        if (bounds[layer] == null || bounds[layer].block() != block) {
            bounds[layer] = new BlockBounds(block, of.spec());
        }
        bounds[layer].update(backend.ops(), of.view(), of.spec(), length);
        return Optional.of(bounds[layer]);
    }

    @Override
    public void advance(int tokens) {
        length += tokens;
    }

    @Override
    public boolean canTrim(int length) {
        return length >= 0 && length <= this.length && layers.stream().allMatch(layer -> layer.canTrim(length));
    }

    @Override
    public boolean takesBack(int tokens) {
        return layers.stream().allMatch(layer -> layer.takesBack(length, length + tokens));
    }

    @Override
    public void trim(int length) {
        requireCut(length);
        this.length = length;
        for (int layer = 0; layer < layers.size(); layer++) {
            layers.get(layer).trim(length);
            if (compressions.get(layer) != null) {
                compressions.get(layer).trim(length);
            }
            if (bounds[layer] != null) {
                bounds[layer].trim(length);
            }
        }
    }

    private void requireCut(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException("cannot cut " + this.length + " positions to " + length);
        }
        if (!canTrim(length)) {
            throw new LoupeException(
                    "This cache (%s) no longer has all that position %,d sees, so it cannot be cut there; read the text again, or use %%cache full."
                            .formatted(plan, length));
        }
    }

    @Override
    public long bytes() {
        return pool.bytes();
    }

    @Override
    public CacheInfo info() {
        return new CacheInfo(
                length,
                plan,
                bytes(),
                layers.stream()
                        .map(layer ->
                                new CacheInfo.Layer(layer.retention().toString(), layer.bytes(), layer.live(length)))
                        .toList());
    }

    /** Its layers, for what copies them. */
    List<LayerCache> layers() {
        return layers;
    }

    CachePlan plan() {
        return plan;
    }

    @Override
    public PagedCache copy(int length) {
        requireCut(length);
        var specs = layers.stream().map(LayerCache::spec).toList();
        var copy = new PagedCache(backend, specs, plan, capacity, ledger);
        try {
            for (int layer = 0; layer < layers.size(); layer++) {
                layers.get(layer).copyTo(copy.layers.get(layer), length, backend);
                if (compressions.get(layer) != null) {
                    compressions.get(layer).copyTo(copy.compressions.get(layer));
                }
            }
            copy.restored(this.length);
            copy.trim(length);
            return copy;
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    @Override
    public void write(OutputStream to, String identity, int[] ids) throws IOException {
        CacheFile.write(to, identity, ids, this, backend);
    }

    @Override
    public int[] read(InputStream from, String identity, int vocabulary) throws IOException {
        trim(0);
        return CacheFile.read(from, identity, vocabulary, this, backend);
    }

    /** What another cache of the same kind held was put into the layers. */
    void restored(int length) {
        this.length = length;
        IntStream.range(0, layers.size()).forEach(layer -> bounds[layer] = null);
    }

    @Override
    public void close() {
        weights.close();
        pool.close();
    }
}
