package dev.loupe.engine.ops;

import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.Random;

/** A backend under test, or the one it is compared with, and tensors in its memory. Closing it closes the backend. */
public final class Side implements AutoCloseable {
    private final Backend backend;
    private final Backend.Memory memory;

    public Side(Backend backend) {
        this.backend = backend;
        memory = backend.memory(bytes -> {});
    }

    /** Normally distributed values, the same for the same seed. */
    public static float[] random(long seed, int count) {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    public Backend backend() {
        return backend;
    }

    public Ops ops() {
        return backend.ops();
    }

    public Tensor zeros(int rows, int columns) {
        return memory.allocate(new Shape(rows, columns));
    }

    /** A tensor of as many rows as the values fill. */
    public Tensor tensor(float[] values, int columns) {
        Tensor tensor = zeros(values.length / columns, columns);
        backend.write(values, tensor);
        return tensor;
    }

    public float[] floats(Tensor tensor) {
        var values = new float[Math.toIntExact(tensor.shape().elements())];
        backend.read(tensor, values);
        return values;
    }

    @Override
    public void close() {
        memory.close();
        backend.close();
    }
}
