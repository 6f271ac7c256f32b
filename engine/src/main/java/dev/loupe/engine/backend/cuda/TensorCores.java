package dev.loupe.engine.backend.cuda;

import java.util.Optional;

/**
 * Products of many tokens by tensor cores: weights are unpacked to fp16 panels and inputs rounded to fp16, rows with
 * values beyond its range scaled by a power of two; sums are fp32. fp32 weights stay fp32.
 *
 * <p>Invariant: a panel's rows lie in scratch memory only while its product runs.
 */
final class TensorCores {
    private static final long PANEL_BYTES = 48L << 20;

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Optional<Cublas> cublas;
    private long panel;
    private long halves;
    private long halvesBytes;
    private long shifts;
    private int shiftRows;

    TensorCores(CudaDevice device, DeviceMemory memory) {
        this.device = device;
        this.memory = memory;
        cublas = Cublas.find(device);
    }

    /** What does the products, for the description. */
    String describe() {
        return cublas.map(c -> "cuBLAS").orElse("no cuBLAS");
    }

    /** Whether a product can be done here. */
    boolean serves(Verb.Product product) {
        return cublas.isPresent()
                && product.weights().stream().allMatch(w -> w.format() == WeightFormat.FP32 || w.columns() % 8 == 0);
    }

    void launch(Verb.Product product) {
        int tokens = (int) product.x().shape().rows();
        int columns = product.weights().getFirst().columns();
        boolean rounded = product.weights().stream().anyMatch(w -> w.format() != WeightFormat.FP32);
        if (rounded) {
            round(product.x().data().address(), tokens, columns);
        }
        for (int i = 0; i < product.weights().size(); i++) {
            CudaWeight w = product.weights().get(i);
            long out = product.outs().get(i).data().address();
            if (w.format() == WeightFormat.FP32) {
                cublas.get().fp32(w.quants(), product.x().data().address(), out, w.rows(), w.rows(), tokens, columns);
            } else {
                panels(w, out, tokens);
                device.arguments().add(out).add(shifts).add(w.rows());
                device.launch(device.kernels().get("convert", "grow"), tokens, 1, 1, 256, 0);
            }
        }
    }

    private void round(long x, int tokens, int columns) {
        long bytes = 2L * tokens * columns;
        if (bytes > halvesBytes) {
            halves = memory.bytes(bytes);
            halvesBytes = bytes;
        }
        if (tokens > shiftRows) {
            shifts = memory.bytes(4L * tokens);
            shiftRows = tokens;
        }
        device.arguments().add(x).add(halves).add(shifts).add(columns);
        device.launch(device.kernels().get("convert", "to_half"), tokens, 1, 1, 256, 0);
    }

    private void panels(CudaWeight w, long out, int tokens) {
        if (w.format() == WeightFormat.FP16) {
            cublas.get().fp16(w.quants(), halves, out, w.rows(), w.rows(), tokens, w.columns());
            return;
        }
        if (panel == 0) {
            panel = memory.bytes(PANEL_BYTES);
        }
        int most = (int) Math.max(1, Math.min(w.rows(), PANEL_BYTES / (2L * w.columns())));
        int pieces = (w.rows() + most - 1) / most;
        int each = ((w.rows() + pieces - 1) / pieces + 127) / 128 * 128;
        each = Math.min(each, most);
        for (int from = 0; from < w.rows(); from += each) {
            int rows = Math.min(each, w.rows() - from);
            long elements = (long) rows * w.columns();
            w.planes(device.arguments().structure());
            device.sameArguments().add((long) from).add(panel).add(w.columns()).add(elements);
            device.launch(
                    device.kernels().get("weights", "unpack", w.format().macro()),
                    (elements / 8 + 255) / 256,
                    1,
                    1,
                    256,
                    0);
            cublas.get().fp16(panel, halves, out + 4L * from, rows, w.rows(), tokens, w.columns());
        }
    }

    void close() {
        cublas.ifPresent(Cublas::close);
    }
}
