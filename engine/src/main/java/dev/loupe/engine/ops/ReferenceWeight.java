package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.HostMemory;
import dev.loupe.engine.tensor.Tensor;

/** A matrix as plain rows of blocks, decoded row by row. */
record ReferenceWeight(Tensor tensor, HostMemory memory) implements Weight {
    @Override
    public DType dtype() {
        return tensor.dtype();
    }

    @Override
    public int rows() {
        return Math.toIntExact(tensor.shape().rows());
    }

    @Override
    public int columns() {
        return Math.toIntExact(tensor.shape().columns());
    }

    @Override
    public long bytes() {
        return tensor.bytes();
    }

    @Override
    public boolean slow() {
        return true;
    }

    /** Row {@code row} in fp32. */
    float[] row(int row) {
        var values = new float[columns()];
        tensor.dtype().decode(tensor.data(), row * tensor.rowBytes(), values, 0, values.length);
        return values;
    }

    @Override
    public void close() {
        memory.close();
    }
}
