package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.tensor.HostMemory;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.function.LongConsumer;

/** Backend memory of a backend that computes in this machine's own memory. */
public final class HostTensors implements Backend.Memory {
    private final HostMemory memory;

    public HostTensors(LongConsumer ledger) {
        memory = new HostMemory(ledger);
    }

    @Override
    public Tensor allocate(Shape shape) {
        var dtype = new Fp32();
        return new Tensor(shape, dtype, memory.allocate(dtype.bytes(shape.elements())));
    }

    @Override
    public void close() {
        memory.close();
    }
}
