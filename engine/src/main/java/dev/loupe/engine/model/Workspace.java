package dev.loupe.engine.model;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.function.LongConsumer;

/**
 * The activations of a forward pass over up to {@code capacity} tokens, each taken once and used by every layer.
 *
 * <p>Sized by {@link #tokens(int)}, after which every tensor has that many rows.
 */
final class Workspace implements AutoCloseable {
    private final Backend.Memory memory;
    private final Tensor[] whole;
    private final Tensor[] sized;
    private int tokens;

    /**
     * @param attended columns of q and of attention's result
     * @param keyValue columns of k and of v
     */
    Workspace(
            Backend backend,
            int capacity,
            int hidden,
            int attended,
            int keyValue,
            int intermediate,
            LongConsumer ledger) {
        memory = backend.memory(ledger);
        int[] columns = {hidden, hidden, hidden, attended, keyValue, keyValue, attended, intermediate, intermediate};
        whole = new Tensor[columns.length];
        for (int i = 0; i < columns.length; i++) {
            whole[i] = memory.allocate(new Shape(capacity, columns[i]));
        }
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
        return sized[0];
    }

    Tensor normed() {
        return sized[1];
    }

    Tensor branch() {
        return sized[2];
    }

    Tensor queries() {
        return sized[3];
    }

    Tensor keys() {
        return sized[4];
    }

    Tensor values() {
        return sized[5];
    }

    Tensor attended() {
        return sized[6];
    }

    Tensor gate() {
        return sized[7];
    }

    Tensor up() {
        return sized[8];
    }

    @Override
    public void close() {
        memory.close();
    }
}
