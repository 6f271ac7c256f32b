package dev.loupe;

import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.model.Decoder;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;

/**
 * The parts of a loaded model, to take a forward pass into one's own hands.
 *
 * <p>Invariant: they are the model's own, not copies; a switch of dtype or device, or unloading, ends them.
 *
 * @param decoder its blocks with their weights
 * @param backend what computes
 * @param cache an empty one for a sequence of this model
 * @param memory of the tensors made here
 */
public record Anatomy(Decoder decoder, Backend backend, KvCache cache, Backend.Memory memory) implements AutoCloseable {
    /** The verbs that compute. */
    public Ops ops() {
        return backend.ops();
    }

    /** A zeroed fp32 tensor of shape (rows, columns). */
    public Tensor tensor(long rows, long columns) {
        return memory.allocate(new Shape(rows, columns));
    }

    /** The numbers in an fp32 tensor, row by row. */
    public float[] numbers(Tensor tensor) {
        var numbers = new float[(int) tensor.shape().elements()];
        backend.read(tensor, numbers);
        return numbers;
    }

    /** Gives cache and tensors back. */
    @Override
    public void close() {
        cache.close();
        memory.close();
    }
}
