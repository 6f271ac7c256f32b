package dev.loupe.engine.format;

import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.tensor.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What llama.cpp's converter did to a tensor ({@code convert_hf_to_gguf.py}), and how it is undone.
 *
 * <p>Invariant: undoing moves whole rows or whole blocks, so a quantised tensor keeps its very bytes; only the
 * unquantised norms are computed anew.
 */
sealed interface GgufLayout {
    /** Whether a tensor of this shape can have been laid out so. */
    boolean fits(Shape stored);

    /** What {@link #undo} makes of a fitting tensor. */
    default TensorInfo undone(TensorInfo stored) {
        return stored;
    }

    /** A fitting tensor in Hugging Face's layout: in place, or in the arena if bytes had to move. */
    Tensor undo(Tensor stored, Arena arena);

    /** Stored as Hugging Face does. */
    record Unchanged() implements GgufLayout {
        @Override
        public boolean fits(Shape stored) {
            return true;
        }

        @Override
        public Tensor undo(Tensor stored, Arena arena) {
            return stored;
        }
    }

    /**
     * Rows of each head interleaved for rotation of neighbours: Hugging Face rotates (i, i + d/2), the original llama
     * code (2i, 2i + 1). Row {@code 2i + s} of a stored head is row {@code s * d/2 + i} of Hugging Face's.
     *
     * @param heads those of the tensor: query heads for q, key-value heads for k
     */
    record InterleavedHeads(int heads) implements GgufLayout {
        @Override
        public boolean fits(Shape stored) {
            return stored.rank() <= 2 && stored.at(0) % (2L * heads) == 0;
        }

        @Override
        public Tensor undo(Tensor stored, Arena arena) {
            long rows = stored.shape().at(0);
            long headRows = rows / heads;
            long rowBytes = stored.bytes() / rows;
            MemorySegment data = arena.allocate(stored.bytes(), Long.BYTES);
            for (long row = 0; row < rows; row++) {
                long inHead = row % headRows;
                long from = row - inHead + 2 * (inHead % (headRows / 2)) + inHead / (headRows / 2);
                MemorySegment.copy(stored.data(), from * rowBytes, data, row * rowBytes, rowBytes);
            }
            return new Tensor(stored.shape(), stored.dtype(), data);
        }
    }

    /** Gemma's norm weights, stored as the factor 1 + w. */
    record OnePlus() implements GgufLayout {
        private static final int LONGEST = 1 << 24;

        @Override
        public boolean fits(Shape stored) {
            return stored.rank() == 1 && stored.elements() <= LONGEST;
        }

        @Override
        public TensorInfo undone(TensorInfo stored) {
            return new TensorInfo(stored.shape(), DTypes.FP32);
        }

        @Override
        public Tensor undo(Tensor stored, Arena arena) {
            int size = (int) stored.shape().elements();
            var values = new float[size];
            stored.dtype().decode(stored.data(), 0, values, 0, size);
            MemorySegment data = arena.allocate(ValueLayout.JAVA_FLOAT, size);
            for (int i = 0; i < size; i++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i] - 1);
            }
            return new Tensor(stored.shape(), DTypes.FP32, data);
        }
    }

    /** One expert of a tensor that stacks them: (experts, rows, columns). */
    record Expert(int index) implements GgufLayout {
        private static final int MOST = 4096;

        @Override
        public boolean fits(Shape stored) {
            return stored.rank() == 3 && stored.at(0) <= MOST && index < stored.at(0);
        }

        @Override
        public TensorInfo undone(TensorInfo stored) {
            return new TensorInfo(new Shape(stored.shape().at(1), stored.shape().at(2)), stored.dtype());
        }

        @Override
        public Tensor undo(Tensor stored, Arena arena) {
            TensorInfo one = undone(stored.info());
            return new Tensor(one.shape(), one.dtype(), stored.data().asSlice(index * one.bytes(), one.bytes()));
        }
    }
}
