package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.function.LongConsumer;

/** An fp32 tensor of a backend whose memory is kept from use to use and grows with them. Contents are undefined. */
public final class ScratchTensor implements AutoCloseable {
    private final Backend backend;
    private final LongConsumer ledger;
    private Backend.Memory memory;
    private Tensor whole;

    /** @param ledger told of the bytes taken and given back */
    public ScratchTensor(Backend backend, LongConsumer ledger) {
        this.backend = backend;
        this.ledger = ledger;
    }

    /** A tensor of this shape; the one given before is no more. */
    public Tensor of(long rows, long columns) {
        long elements = rows * columns;
        if (whole == null || whole.shape().elements() < elements) {
            close();
            memory = backend.memory(ledger);
            whole = memory.allocate(new Shape(1, elements + elements / 4));
        }
        return new Tensor(new Shape(rows, columns), whole.dtype(), whole.data().asSlice(0, new Fp32().bytes(elements)));
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
            memory = null;
            whole = null;
        }
    }
}
