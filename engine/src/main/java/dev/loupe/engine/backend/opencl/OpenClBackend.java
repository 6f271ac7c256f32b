package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Checks;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A device of the system's OpenCL drivers: an Intel, AMD or NVIDIA GPU, or a CPU by PoCL. */
public final class OpenClBackend implements Backend {
    private static final int OFFSET_BITS = 40;

    private final String id;
    private final ClDevice device;
    private final MemoryLedger ledger;
    private final Cancellation cancellation;
    private final ClQueue queue;
    private final ClPrograms programs;
    private final ClUploads uploads;
    private final OpenClOps ops;
    private final OpenClOps rounding;
    private final ClHeap heap;
    private boolean closed;

    /** Address of the heap's first byte: tells its tensors from those of others. */
    private final long base = (System.identityHashCode(this) & 0x3fffffL) + 1 << OFFSET_BITS;

    OpenClBackend(
            String id,
            OpenCl cl,
            ClDevice device,
            ClPrograms.Form form,
            MemoryLedger ledger,
            Cancellation cancellation) {
        this.id = id;
        this.device = device;
        this.ledger = ledger;
        this.cancellation = cancellation;
        queue = new ClQueue(cl, device, cancellation);
        programs = new ClPrograms(queue, form);
        uploads = new ClUploads(queue, this::scratch);
        heap = new ClHeap(queue, this::scratch);
        ops = new OpenClOps(this, programs, uploads, Activations.FP32);
        rounding = new OpenClOps(this, programs, uploads, Activations.INT8);
    }

    @Override
    public String device() {
        return id;
    }

    @Override
    public String description() {
        return device.describe();
    }

    @Override
    public int threads() {
        return device.computeUnits();
    }

    @Override
    public Ops ops() {
        return ops;
    }

    @Override
    public Optional<Ops> ops(Activations activations) {
        return switch (activations) {
            case FP32 -> Optional.of(ops);
            case INT8 -> Optional.of(rounding);
            case Q8 -> Optional.empty();
        };
    }

    ClQueue queue() {
        return queue;
    }

    @Override
    public Memory memory(LongConsumer ledger) {
        return new ClMemory(heap, base, ledger);
    }

    /** Where all tensors lie. */
    MemorySegment heap() {
        return heap.buffer();
    }

    /** Bytes from the heap's beginning to a tensor. */
    long offset(Tensor tensor) {
        long address = tensor.data().address();
        if (address >>> OFFSET_BITS != base >>> OFFSET_BITS) {
            throw new IllegalArgumentException("a tensor of %s is not of %s".formatted(tensor.shape(), id));
        }
        return address - base;
    }

    /** Enters bytes of work space. */
    void scratch(long bytes) {
        ledger.scratch(bytes);
    }

    @Override
    public void write(MemorySegment from, Tensor to) {
        Checks.copy(to, from.byteSize());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = from.isNative()
                    ? from
                    : arena.allocate(Math.max(1, from.byteSize()))
                            .asSlice(0, from.byteSize())
                            .copyFrom(from);
            queue.write(source, heap.buffer(), offset(to));
        }
    }

    @Override
    public void read(Tensor from, MemorySegment to) {
        Checks.copy(from, to.byteSize());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = to.isNative() ? to : arena.allocate(Math.max(1, to.byteSize()));
            queue.read(heap.buffer(), offset(from), target.asSlice(0, to.byteSize()));
            if (!to.isNative()) {
                to.copyFrom(target.asSlice(0, to.byteSize()));
            }
        }
    }

    @Override
    public long freeBytes() {
        return queue.freeBytes();
    }

    @Override
    public Weight weight(Tensor host, DType target) {
        var weight = new OpenClWeight(
                queue,
                target,
                Math.toIntExact(host.shape().rows()),
                Math.toIntExact(host.shape().columns()),
                bytes -> ledger.weights(target.id(), bytes));
        try {
            Loading.load(host, weight, queue, cancellation);
            return weight;
        } catch (RuntimeException | Error e) {
            weight.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        queue.finish(); // what is on its way reads the host's memory
        ops.close();
        rounding.close();
        uploads.close();
        heap.close();
        programs.close();
        queue.close();
    }
}
