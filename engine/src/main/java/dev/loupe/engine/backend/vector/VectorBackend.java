package dev.loupe.engine.backend.vector;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.HostTensors;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.HostMemory;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.engine.trace.SystemMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The CPU, by the Vector API and a team of threads. */
public final class VectorBackend implements Backend {
    private final MemoryLedger ledger;
    private final HugePages pages = new HugePages();
    private final Team team;
    private final VectorOps[] ops; // by activations

    /**
     * @param threads threads that compute, the caller's included
     * @param cancellation polled within verbs
     */
    public VectorBackend(int threads, MemoryLedger ledger, Cancellation cancellation) {
        this.ledger = ledger;
        team = new Team(threads, cancellation);
        ops = Arrays.stream(Activations.values())
                .map(activations -> new VectorOps(team, activations, ledger))
                .toArray(VectorOps[]::new);
    }

    @Override
    public String device() {
        return "cpu";
    }

    @Override
    public String description() {
        return VectorCpu.describe();
    }

    @Override
    public int threads() {
        return team.size();
    }

    @Override
    public Ops ops() {
        return ops[Activations.FP32.ordinal()];
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
    public Optional<Ops> ops(Activations activations) {
        return Optional.of(ops[activations.ordinal()]);
    }

    @Override
    public Weight weight(Tensor host, DType target) {
        TileKernel kernel = TileKernels.of(target);
        int rows = Math.toIntExact(host.shape().rows());
        int columns = Math.toIntExact(host.shape().columns());
        var memory = new HostMemory(bytes -> ledger.weights(target.id(), bytes), pages);
        try {
            var tiles = memory.allocate(VectorWeight.tileCount(rows) * kernel.tileBytes(columns));
            return new Packing(team, host, new VectorWeight(kernel, rows, columns, tiles, memory)).run();
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    @Override
    public void close() {
        team.close();
        for (VectorOps each : ops) {
            each.close();
        }
    }
}
