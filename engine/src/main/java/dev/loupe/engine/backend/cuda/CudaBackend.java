package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Checks;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * An NVIDIA GPU, by the driver API alone.
 *
 * <p>Invariant: a call that fails throws a {@link LoupeException} and takes nothing of other backends with it.
 */
public final class CudaBackend implements Backend {
    private final CudaDevice device;
    private final DeviceMemory scratch;
    private final WeightLoader loader;
    private final CudaOps ops;
    private boolean closed;

    /**
     * @param ordinal of the device, from 0
     * @throws LoupeException that says why it is not there
     */
    public CudaBackend(int ordinal, MemoryLedger ledger, Cancellation cancellation) {
        Driver driver = Driver.get();
        int count = CudaDevice.count(driver);
        if (ordinal >= count) {
            throw new LoupeException("There is no device cuda:%d, for this machine has %d; choose cuda:0%s."
                    .formatted(ordinal, count, count > 1 ? " to cuda:" + (count - 1) : ""));
        }
        device = new CudaDevice(driver, ordinal);
        scratch = new DeviceMemory(device, ledger::scratch, () -> {});
        ops = ops(cancellation);
        loader = new WeightLoader(device, ledger, cancellation, ops::forget);
    }

    /** Leaves the device if it has no room for them. */
    private CudaOps ops(Cancellation cancellation) {
        try {
            return new CudaOps(device, scratch, cancellation);
        } catch (LoupeException e) {
            scratch.close();
            device.close();
            throw e;
        }
    }

    @Override
    public String device() {
        return device.id();
    }

    @Override
    public String description() {
        return "%s, compute capability %d.%d, CUDA %s, %s%s"
                .formatted(
                        device.name(),
                        device.capability() / 10,
                        device.capability() % 10,
                        Driver.text(device.driver().version()),
                        ops.describe(),
                        device.kernels().compiled()
                                ? ""
                                : ", slower because NVIDIA's compiler libnvrtc is not found (pip install nvidia-cuda-nvrtc)");
    }

    @Override
    public List<String> notes() {
        return ops.launchedApart()
                ? List.of(
                        "the last pass was launched kernel by kernel, which is slower than as one graph: sparse"
                                + " attention, caches in bf16, q4_0 or mixed dtypes or of kept slots, and experts are not captured")
                : List.of();
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
        return new DeviceMemory(device, ledger, ops::forget);
    }

    @Override
    public void write(MemorySegment from, Tensor to) {
        Checks.copy(to, from.byteSize());
        device.uploadCopy(from, to.data().address());
    }

    @Override
    public void read(Tensor from, MemorySegment to) {
        Checks.copy(from, to.byteSize());
        device.download(from.data().address(), to);
    }

    @Override
    public long freeBytes() {
        return device.memory()[0];
    }

    @Override
    public Weight weight(Tensor host, DType target) {
        return loader.load(host, target);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        device.makeCurrent();
        loader.close();
        ops.close();
        scratch.close();
        device.close();
    }
}
