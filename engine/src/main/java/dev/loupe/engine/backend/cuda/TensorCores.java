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

    /**
     * Rows and tokens that a block of {@code gemm.cu} makes, and its shared memory: three slices of 40 halves a row.
     */
    private static final int TILE = 128;

    private static final int GEMM_SHARED = 2 * 3 * TILE * 40 * 2;

    /** The oldest compute capability that {@code gemm.cu} runs on. */
    private static final int GEMM_CAPABILITY = 80;

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Optional<Cublas> cublas;
    private long panel;
    private long halves;
    private long halvesBytes;
    private long shifts;
    private int shiftRows;

    TensorCores(CudaDevice device, DeviceMemory memory, Optional<Cublas> cublas) {
        this.device = device;
        this.memory = memory;
        this.cublas = cublas;
    }

    /** What does the products, for the description. */
    String describe() {
        return cublas.isPresent()
                ? "prompts by cuBLAS"
                : device.capability() >= GEMM_CAPABILITY
                        ? "prompts by Loupe's own tensor-core kernel, for cuBLAS is not found"
                        : "prompts without tensor cores, for cuBLAS is not found";
    }

    /** Whether a product can be done here. */
    boolean serves(Verb.Product product) {
        return product.weights().stream()
                .allMatch(w -> w.format() == WeightFormat.FP32
                        ? cublas.isPresent()
                        : w.columns() % 8 == 0 && (cublas.isPresent() || device.capability() >= GEMM_CAPABILITY));
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
            halves(w.quants(), out, w.rows(), w.rows(), tokens, w.columns());
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
            w.add(device.arguments());
            device.sameArguments().add((long) from).add(panel).add(w.columns()).add(elements);
            Kernel unpack =
                    device.kernels().get(w.kernels(), "unpack", w.format().macro());
            device.launch(unpack, (elements / 8 + 255) / 256, 1, 1, 256, 0);
            halves(panel, out + 4L * from, rows, w.rows(), tokens, w.columns());
        }
    }

    /** Rows of fp16 weights by the fp16 inputs; results lie {@code outRows} apart. */
    private void halves(long w, long out, int rows, int outRows, int tokens, int columns) {
        if (cublas.isPresent()) {
            cublas.get().fp16(w, halves, out, rows, outRows, tokens, columns);
            return;
        }
        device.arguments()
                .add(w)
                .add(halves)
                .add(out)
                .add(rows)
                .add(outRows)
                .add(tokens)
                .add(columns);
        Kernel kernel = device.kernels().get("gemm", "gemm");
        device.launch(kernel, (rows + TILE - 1) / TILE, (tokens + TILE - 1) / TILE, 1, 2 * TILE, GEMM_SHARED);
    }

    void close() {
        cublas.ifPresent(Cublas::close);
    }
}
