package dev.loupe.engine.cache;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Keeps every position in fp32, in pages of {@value #PAGE_TOKENS} that are taken as the sequence grows. */
public final class FullCache implements KvCache {
    private static final int PAGE_TOKENS = 64;

    private final List<KvView> layers;
    private final Shape keyPage;
    private final Shape valuePage;
    private final int capacity;
    private final Backend.Memory memory;
    private int pages;
    private int length;

    /**
     * @param capacity most positions
     * @param ledger told of the bytes taken and given back
     */
    public FullCache(Backend backend, int layers, int kvHeads, int headDim, int capacity, LongConsumer ledger) {
        this.layers = IntStream.range(0, layers)
                .mapToObj(layer -> new KvView(new ArrayList<>(), new ArrayList<>(), PAGE_TOKENS))
                .toList();
        this.keyPage = new Shape(kvHeads, headDim, PAGE_TOKENS);
        this.valuePage = new Shape(kvHeads, PAGE_TOKENS, headDim);
        this.capacity = capacity;
        this.memory = backend.memory(ledger);
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
    public void reserve(int tokens) {
        requireRoom(tokens);
        while (pages * PAGE_TOKENS < length + tokens) {
            Tensor[] taken = new Tensor[2 * layers.size()];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = memory.allocate(i % 2 == 0 ? keyPage : valuePage);
            }
            for (int layer = 0; layer < layers.size(); layer++) {
                layers.get(layer).keys().add(taken[2 * layer]);
                layers.get(layer).values().add(taken[2 * layer + 1]);
            }
            pages++;
        }
    }

    @Override
    public KvView view(int layer) {
        return layers.get(layer);
    }

    @Override
    public void advance(int tokens) {
        length += tokens;
    }

    @Override
    public boolean canTrim(int length) {
        return length >= 0 && length <= this.length;
    }

    @Override
    public void trim(int length) {
        if (!canTrim(length)) {
            throw new IllegalArgumentException("cannot trim " + this.length + " positions to " + length);
        }
        this.length = length;
    }

    @Override
    public long bytes() {
        return 4L * pages * layers.size() * (keyPage.elements() + valuePage.elements());
    }

    @Override
    public void close() {
        memory.close();
    }
}
