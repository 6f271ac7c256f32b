package dev.loupe.engine.model;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The activations of a forward pass over up to {@code capacity} tokens, each taken once and used by every layer.
 *
 * <p>Sized by {@link #tokens(int)}, after which every tensor has that many rows.
 */
final class Workspace implements AutoCloseable {
    private static final int OF_LAYER = 3;
    private static final int PROJECTIONS = 3; // queries, keys, values: the first of an attention's activations

    private final Backend.Memory memory;
    private final Tensor[] whole;
    private final int ofAttention;
    private int tokens;
    private Tensor stream;
    private Tensor normed;
    private Tensor branch;
    private Tensor[] attention;
    private Tensor[] projections;
    private Tensor[] feedForward;

    Workspace(Backend backend, int capacity, Decoder decoder, LongConsumer ledger) {
        memory = backend.memory(ledger);
        int hidden = decoder.hiddenSize();
        int[] attention = decoder.layers().getFirst().attention().workColumns();
        int[] feedForward = decoder.layers().getFirst().feedForward().workColumns();
        ofAttention = attention.length;
        whole = Stream.of(new int[] {hidden, hidden, hidden}, attention, feedForward)
                .flatMapToInt(IntStream::of)
                .mapToObj(columns -> memory.allocate(new Shape(capacity, columns)))
                .toArray(Tensor[]::new);
        tokens(capacity);
    }

    /** Gives every tensor this many rows. */
    void tokens(int count) {
        if (count == tokens) {
            return;
        }
        Tensor[] sized = Stream.of(whole).map(tensor -> tensor.rows(0, count)).toArray(Tensor[]::new);
        stream = sized[0];
        normed = sized[1];
        branch = sized[2];
        attention = Arrays.copyOfRange(sized, OF_LAYER, OF_LAYER + ofAttention);
        projections = Arrays.copyOf(attention, PROJECTIONS);
        feedForward = Arrays.copyOfRange(sized, OF_LAYER + ofAttention, sized.length);
        tokens = count;
    }

    /** The residual stream, (tokens, hidden). */
    Tensor stream() {
        return stream;
    }

    /** What a branch reads, (tokens, hidden). */
    Tensor normed() {
        return normed;
    }

    /** What a branch adds, (tokens, hidden). */
    Tensor branch() {
        return branch;
    }

    /** The activations of {@link Attention#workColumns()}. */
    Tensor[] attention() {
        return attention;
    }

    /** The first of these, which queries, keys and values are projected to. */
    Tensor[] projections() {
        return projections;
    }

    /** The activations of {@link FeedForward#workColumns()}. */
    Tensor[] feedForward() {
        return feedForward;
    }

    @Override
    public void close() {
        memory.close();
    }
}
