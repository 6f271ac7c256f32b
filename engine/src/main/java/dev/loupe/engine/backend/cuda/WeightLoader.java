package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.tensor.Conversion;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * Brings matrices to the device: rows are converted by all cores into memory that the device copies from, and are laid
 * out there.
 *
 * <p>Invariant: of a matrix that cannot be brought nothing stays on the device.
 */
final class WeightLoader implements AutoCloseable {
    private static final long STAGING_BYTES = 32L << 20;

    private final CudaDevice device;
    private final MemoryLedger ledger;
    private final Cancellation cancellation;
    private final Runnable onClose;
    private RegisteredMemory staging; // taken when first needed
    private long raw; // device memory for rows as the file has them

    WeightLoader(CudaDevice device, MemoryLedger ledger, Cancellation cancellation, Runnable onClose) {
        this.device = device;
        this.ledger = ledger;
        this.cancellation = cancellation;
        this.onClose = onClose;
    }

    CudaWeight load(Tensor host, DType target) {
        WeightFormat format = WeightFormat.of(target);
        int rows = Math.toIntExact(host.shape().rows());
        int columns = Math.toIntExact(host.shape().columns());
        long elements = host.shape().elements();
        var memory = new DeviceMemory(device, bytes -> ledger.weights(target.id(), bytes), onClose);
        try {
            long quantBytes = format.quantBytes(elements);
            long scaleBytes = format.scaleBytes(elements);
            long superBytes = format.superBytes(elements);
            long all = aligned(quantBytes) + aligned(scaleBytes) + aligned(superBytes);
            long quants = memory.exact(all);
            long scales = quants + aligned(quantBytes);
            var weight = new CudaWeight(
                    target, format, rows, columns, quants, scales, scales + aligned(scaleBytes), all, memory);
            fill(weight, host, target);
            return weight;
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    private static long aligned(long bytes) {
        return (bytes + 15) / 16 * 16;
    }

    /** Copies by pieces of whole rows that fit into the staging memory. */
    private void fill(CudaWeight weight, Tensor host, DType held) {
        long rowBytes = held.bytes(weight.columns());
        int piece = (int) Math.max(1, Math.min(weight.rows(), STAGING_BYTES / rowBytes));
        MemorySegment stage = stage(piece * rowBytes);
        for (int from = 0; from < weight.rows(); from += piece) {
            cancellation.check("the weights stay as they were.");
            int rows = Math.min(piece, weight.rows() - from);
            convert(host, from, rows, weight.dtype(), held, stage);
            MemorySegment filled = stage.asSlice(0, rows * rowBytes);
            if (weight.format().asStored()) {
                device.upload(filled, weight.quants() + from * rowBytes);
            } else {
                device.upload(filled, raw);
                repack(weight, from, rows);
            }
            device.synchronize();
        }
    }

    /** Rows as {@code dtype} has them; one without kernels of its own is decoded to the dtype {@code held}. */
    private static void convert(Tensor host, int from, int rows, DType dtype, DType held, MemorySegment stage) {
        int columns = (int) host.shape().columns();
        long rowBytes = held.bytes(columns);
        int band = Math.max(1, rows / (4 * Runtime.getRuntime().availableProcessors()));
        IntStream.range(0, (rows + band - 1) / band).parallel().forEach(b -> {
            long first = from + (long) b * band;
            long last = Math.min(from + rows, first + band);
            MemorySegment target = stage.asSlice((first - from) * rowBytes, (last - first) * rowBytes);
            var row = new float[columns];
            if (held.equals(dtype)) {
                Conversion.rows(host, first, last, held, target, row);
                return;
            }
            var coded = MemorySegment.ofArray(new byte[Math.toIntExact(dtype.bytes(columns))]);
            for (long r = first; r < last; r++) {
                Conversion.rows(host, r, r + 1, dtype, coded, row);
                dtype.decode(coded, 0, row, 0, columns);
                held.encode(row, 0, target, (r - first) * rowBytes, columns);
            }
        });
    }

    private void repack(CudaWeight weight, int from, int rows) {
        WeightFormat format = weight.format();
        long before = (long) from * weight.columns();
        long blocks = (long) rows * weight.columns() / 32;
        device.arguments()
                .add(raw)
                .add(weight.quants() + format.quantBytes(before))
                .add(weight.scales() + format.scaleBytes(before))
                .add(weight.supers() + format.superBytes(before))
                .add(blocks);
        device.launch(device.kernels().get("weights", "repack", format.macro()), (blocks + 255) / 256, 1, 1, 256, 0);
    }

    /** Host memory of at least {@code bytes}, and as much on the device. */
    private MemorySegment stage(long bytes) {
        if (staging != null && staging.segment().byteSize() < bytes) {
            close();
        }
        if (staging == null) {
            long onDevice = device.allocate(Math.max(bytes, STAGING_BYTES));
            try {
                staging = new RegisteredMemory(device, Math.max(bytes, STAGING_BYTES));
            } catch (RuntimeException | Error e) {
                device.free(onDevice);
                throw e;
            }
            raw = onDevice;
            ledger.scratch(staging.segment().byteSize());
        }
        return staging.segment();
    }

    @Override
    public void close() {
        if (staging != null) {
            ledger.scratch(-staging.segment().byteSize());
            staging.close();
            device.free(raw);
            staging = null;
        }
    }
}
