package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.tensor.DeviceAddress;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Device memory taken in growing pieces, for taking each tensor by itself would cost a driver call, and given back as a
 * whole. Invariant: the ledger hears of every byte that the driver was asked for.
 */
final class DeviceMemory implements Backend.Memory {
    private static final long ALIGNMENT = 256;
    private static final long LARGEST_STEP = 64L << 20;

    private final CudaDevice device;
    private final LongConsumer ledger;
    private final Runnable onClose;
    private final List<Long> pieces = new ArrayList<>();
    private long taken;
    private long next;
    private long left;

    /** @param onClose called before the memory goes */
    DeviceMemory(CudaDevice device, LongConsumer ledger, Runnable onClose) {
        this.device = device;
        this.ledger = ledger;
        this.onClose = onClose;
    }

    /** An empty one that is entered in the same ledger. */
    DeviceMemory another() {
        return new DeviceMemory(device, ledger, () -> {});
    }

    @Override
    public Tensor allocate(Shape shape, DType dtype) {
        long bytes = dtype.bytes(shape.elements());
        return new Tensor(shape, dtype, DeviceAddress.of(bytes(bytes), bytes));
    }

    /** Zeroed bytes. */
    long bytes(long size) {
        long rounded = (Math.max(size, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (rounded > left) {
            long piece = Math.max(rounded, Math.min(taken, LARGEST_STEP));
            next = device.allocate(piece);
            pieces.add(next);
            left = piece;
            taken += piece;
            ledger.accept(piece);
            device.zero(next, piece);
        }
        long address = next;
        next += rounded;
        left -= rounded;
        return address;
    }

    /** Bytes in a piece of just this size, not zeroed. */
    long exact(long size) {
        long address = device.allocate(size);
        pieces.add(address);
        taken += size;
        ledger.accept(size);
        return address;
    }

    @Override
    public void close() {
        if (!pieces.isEmpty()) {
            onClose.run();
            pieces.forEach(device::free);
            pieces.clear();
            ledger.accept(-taken);
            taken = 0;
            left = 0;
        }
    }
}
