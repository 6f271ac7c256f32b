package dev.loupe.engine.model;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The activations of a forward pass over up to {@code capacity} tokens, each taken once and used by every layer.
 *
 * <p>Sized by {@link #tokens(int)}, after which every tensor has that many rows.
 */
final class Workspace implements AutoCloseable {
    private static final int STREAM = 0;
    private static final int NORMED = 1;
    private static final int BRANCH = 2;
    private static final int OF_LAYER = 3;

    private final Backend.Memory memory;
    private final Tensor[] whole;
    private final Tensor[] sized;
    private final int ofFeedForward;
    private int tokens;

    Workspace(Backend backend, int capacity, Decoder decoder, LongConsumer ledger) {
        memory = backend.memory(ledger);
        int hidden = decoder.hiddenSize();
        int[] attention = decoder.layers().getFirst().attention().workColumns();
        int[] feedForward = decoder.layers().getFirst().feedForward().workColumns();
        ofFeedForward = OF_LAYER + attention.length;
        whole = Stream.of(new int[] {hidden, hidden, hidden}, attention, feedForward)
                .flatMapToInt(IntStream::of)
                .mapToObj(columns -> memory.allocate(new Shape(capacity, columns)))
                .toArray(Tensor[]::new);
        sized = whole.clone();
        tokens = capacity;
    }

    /** Gives every tensor this many rows. */
    void tokens(int count) {
        if (count != tokens) {
            for (int i = 0; i < whole.length; i++) {
                sized[i] = whole[i].rows(0, count);
            }
            tokens = count;
        }
    }

    /** The residual stream, (tokens, hidden). */
    Tensor stream() {
        return sized[STREAM];
    }

    /** What a branch reads, (tokens, hidden). */
    Tensor normed() {
        return sized[NORMED];
    }

    /** What a branch adds, (tokens, hidden). */
    Tensor branch() {
        return sized[BRANCH];
    }

    /** The activations of {@link Attention#workColumns()}, by its index. */
    Tensor attention(int i) {
        return sized[OF_LAYER + i];
    }

    /** The activations of {@link FeedForward#workColumns()}, by its index. */
    Tensor feedForward(int i) {
        return sized[ofFeedForward + i];
    }

    @Override
    public void close() {
        memory.close();
    }
}
