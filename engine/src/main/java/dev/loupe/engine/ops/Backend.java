package dev.loupe.engine.ops;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The code for a kind of device: its verbs, its memory, its weights.
 *
 * <p>Invariant: its tensors may lie where the host cannot look, so all others copy them by {@link #write} and
 * {@link #read} only.
 *
 * <p>Used by one thread at a time. Closing gives back its threads and work space; tensors and weights that others took
 * from it stay theirs to close. A second time closing does nothing.
 */
public interface Backend extends AutoCloseable {
    /** Device id, for example "cpu". */
    String device();

    /** What computes there, for example "Vector API, 512 bits". */
    String description();

    /** What makes it slower than it can be, for people; of the last pass, where it depends on that. */
    default List<String> notes() {
        return List.of();
    }

    /** Threads that compute. */
    int threads();

    /** The verbs. */
    Ops ops();

    /**
     * The verbs with activations taken into products some way, if this backend can; all can {@link Activations#FP32}.
     */
    default Optional<Ops> ops(Activations activations) {
        return activations == Activations.FP32 ? Optional.of(ops()) : Optional.empty();
    }

    /**
     * As {@link #ops(Activations)}.
     *
     * @throws LoupeException if this backend cannot
     */
    default Ops require(Activations activations) {
        return ops(activations)
                .orElseThrow(() -> new LoupeException(
                        "%s has its own way to take activations, not %s; use %%device %s, or %%activations fp32."
                                .formatted(device(), activations, activations.devices())));
    }

    /**
     * A new, empty region of the backend's memory.
     *
     * @param ledger told of every byte taken (positive) and given back (negative)
     */
    Memory memory(LongConsumer ledger);

    /** Copies host memory to a tensor of this backend: as many bytes as it has. */
    void write(MemorySegment from, Tensor to);

    /** Copies a tensor of this backend to host memory of as many bytes, after all verbs called before. */
    void read(Tensor from, MemorySegment to);

    /** As {@link #write(MemorySegment, Tensor)}, for an fp32 tensor of as many values. */
    default void write(float[] values, Tensor to) {
        write(MemorySegment.ofArray(values), to);
    }

    /** As {@link #read(Tensor, MemorySegment)}, for an fp32 tensor of as many values. */
    default void read(Tensor from, float[] values) {
        read(from, MemorySegment.ofArray(values));
    }

    /** Bytes that can still be taken. */
    long freeBytes();

    /**
     * Converts a matrix from host memory to a dtype and lays it out for this backend's kernels. Its bytes are entered
     * in the ledger as weights.
     *
     * @param host shape (rows, columns), any dtype
     * @param target a dtype whose block divides columns
     */
    Weight weight(Tensor host, DType target);

    /**
     * As {@link #weight(Tensor, DType)}, of a matrix whose name a backend made of several goes by.
     *
     * @param name Hugging Face's
     */
    default Weight weight(String name, Tensor host, DType target) {
        return weight(host, target);
    }

    @Override
    void close();

    /** A region of the backend's memory, given back as a whole. */
    interface Memory extends AutoCloseable {
        /** A zeroed fp32 tensor. */
        default Tensor allocate(Shape shape) {
            return allocate(shape, new Fp32());
        }

        /** A zeroed tensor of a dtype. */
        Tensor allocate(Shape shape, DType dtype);

        @Override
        void close();
    }
}
