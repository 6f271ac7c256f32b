package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.HostMemory;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.SystemMemory;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/** {@link ReferenceOps} with plain rows as weights: right and very slow. */
public final class ReferenceBackend implements Backend {
    private final MemoryLedger ledger;
    private final Ops ops = new ReferenceOps();

    public ReferenceBackend(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public String device() {
        return "reference";
    }

    @Override
    public String description() {
        return "scalar Java, the oracle";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Ops ops() {
        return ops;
    }

    @Override
    public Memory memory(LongConsumer ledger) {
        return new HostTensors(ledger);
    }

    @Override
    public void write(MemorySegment from, Tensor to) {
        HostTensors.write(from, to);
    }

    @Override
    public void read(Tensor from, MemorySegment to) {
        HostTensors.read(from, to);
    }

    @Override
    public long freeBytes() {
        return SystemMemory.available();
    }

    @Override
    public Weight weight(Tensor host, DType target) {
        var memory = new HostMemory(bytes -> ledger.weights(target.id(), bytes));
        var data = memory.allocate(target.bytes(host.shape().elements()));
        Conversion.rows(
                host,
                0,
                host.shape().rows(),
                target,
                data,
                new float[(int) host.shape().columns()]);
        return new ReferenceWeight(new Tensor(host.shape(), target, data), memory);
    }

    @Override
    public void close() {}
}
