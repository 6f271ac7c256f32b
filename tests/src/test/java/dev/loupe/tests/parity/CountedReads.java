package dev.loupe.tests.parity;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A backend that remembers how many bytes each copy to the host had. */
final class CountedReads implements Backend {
    private final Backend backend;
    private final List<Long> reads = new ArrayList<>();

    CountedReads(Backend backend) {
        this.backend = backend;
    }

    /** Copies of just so many bytes since the last call. */
    long readsOf(long bytes) {
        long count = reads.stream().filter(read -> read == bytes).count();
        reads.clear();
        return count;
    }

    @Override
    public void read(Tensor from, MemorySegment to) {
        reads.add(to.byteSize());
        backend.read(from, to);
    }

    @Override
    public String device() {
        return backend.device();
    }

    @Override
    public String description() {
        return backend.description();
    }

    @Override
    public int threads() {
        return backend.threads();
    }

    @Override
    public Ops ops() {
        return backend.ops();
    }

    @Override
    public Optional<Ops> ops(Activations activations) {
        return backend.ops(activations);
    }

    @Override
    public Memory memory(LongConsumer ledger) {
        return backend.memory(ledger);
    }

    @Override
    public void write(MemorySegment from, Tensor to) {
        backend.write(from, to);
    }

    @Override
    public long freeBytes() {
        return backend.freeBytes();
    }

    @Override
    public Weight weight(Tensor host, DType target) {
        return backend.weight(host, target);
    }

    @Override
    public void close() {
        backend.close();
    }
}
