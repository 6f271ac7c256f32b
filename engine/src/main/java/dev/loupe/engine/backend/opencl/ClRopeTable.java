package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;

/** A copy of a {@link RopeTable} in a device's memory. Invariant: it has all positions that were ensured. */
final class ClRopeTable implements AutoCloseable {
    private final OpenClBackend backend;
    private Backend.Memory memory;
    private Tensor cos;
    private Tensor sin;

    ClRopeTable(OpenClBackend backend) {
        this.backend = backend;
    }

    /** Copies the table if it has grown. */
    void ensure(RopeTable table, int positions) {
        table.ensure(positions);
        float[] values = table.cos();
        if (cos == null || cos.shape().elements() < values.length) {
            close();
            memory = backend.memory(backend::scratch);
            cos = memory.allocate(new Shape(values.length));
            sin = memory.allocate(new Shape(values.length));
            backend.write(values, cos);
            backend.write(table.sin(), sin);
        }
    }

    /** (positions, pairs). */
    Tensor cos() {
        return cos;
    }

    /** (positions, pairs). */
    Tensor sin() {
        return sin;
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }
}
