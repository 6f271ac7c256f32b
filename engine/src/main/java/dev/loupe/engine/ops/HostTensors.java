package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.HostMemory;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/** Backend memory of a backend that computes in this machine's own memory. */
public final class HostTensors implements Backend.Memory {
    private final HostMemory memory;

    public HostTensors(LongConsumer ledger) {
        memory = new HostMemory(ledger);
    }

    @Override
    public Tensor allocate(Shape shape, DType dtype) {
        return new Tensor(shape, dtype, memory.allocate(dtype.bytes(shape.elements())));
    }

    /** {@link Backend#write(MemorySegment, Tensor)} for such a backend. */
    public static void write(MemorySegment from, Tensor to) {
        Checks.copy(to, from.byteSize());
        MemorySegment.copy(from, 0, to.data(), 0, to.bytes());
    }

    /** {@link Backend#read(Tensor, MemorySegment)} for such a backend. */
    public static void read(Tensor from, MemorySegment to) {
        Checks.copy(from, to.byteSize());
        MemorySegment.copy(from.data(), 0, to, 0, from.bytes());
    }

    @Override
    public void close() {
        memory.close();
    }
}
