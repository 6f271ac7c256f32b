package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Products with weights: of few tokens by {@code matvec.cu}, which reads the weights at the speed of memory, of more by
 * {@link TensorCores}.
 *
 * <p>Invariant: up to {@value #FEW_TOKENS} tokens, a token's bits do not depend on the others.
 */
final class Products {
    /** Most tokens that are read at the speed of memory; beyond, tensor cores are faster. */
    static final int FEW_TOKENS = 32;

    private static final int MOST_MATRICES = 3;
    private static final int ROWS = 2;
    private static final int STAGES = 3;
    private static final int STATIC_SHARED = 1024;

    /** As in {@code blocks.cu}. */
    private static final int BLOCK_ROWS = 8;

    private static final int BLOCK_TOKENS = 4;

    /** Shared memory of a block with which a multiprocessor can be filled by one of 24 warps. */
    private static final int MUCH_SHARED = 160 << 10;

    private final CudaDevice device;
    private final TensorCores tensorCores;
    private final int warps;

    Products(CudaDevice device, TensorCores tensorCores) {
        this.device = device;
        this.tensorCores = tensorCores;
        warps = device.sharedBytes() >= MUCH_SHARED && device.kernels().compiled() ? 24 : 8;
    }

    private static boolean fewTokens(Verb.Product product) {
        return product.x().shape().rows() <= FEW_TOKENS;
    }

    /** Whether its kernels can do what stands around it too: norm, biases, gate, residual sum. */
    static boolean takesMore(Verb.Product product) {
        return fewTokens(product)
                && product.weights().stream().noneMatch(w -> w.format().inBlocks());
    }

    /** Whether one launch can serve all these matrices. */
    static boolean oneKernel(List<CudaWeight> weights) {
        return weights.size() <= MOST_MATRICES
                && weights.stream().map(CudaWeight::format).distinct().count() == 1;
    }

    void launch(Verb.Product product) {
        if (!fewTokens(product) && tensorCores.serves(product)) {
            tensorCores.launch(product);
            return;
        }
        if (oneKernel(product.weights())) {
            matvec(product, List.of(0, 1, 2).subList(0, product.weights().size()));
            return;
        }
        Map<WeightFormat, List<Integer>> byFormat = new LinkedHashMap<>();
        for (int i = 0; i < product.weights().size(); i++) {
            byFormat.computeIfAbsent(product.weights().get(i).format(), f -> new ArrayList<>())
                    .add(i);
        }
        for (List<Integer> indices : byFormat.values()) {
            for (int from = 0; from < indices.size(); from += MOST_MATRICES) {
                matvec(product, indices.subList(from, Math.min(indices.size(), from + MOST_MATRICES)));
            }
        }
    }

    private void blocks(Verb.Product p, int index) {
        CudaWeight w = p.weights().get(index);
        int tokens = (int) p.x().shape().rows();
        w.add(device.arguments());
        device.sameArguments()
                .add(p.x().data().address())
                .add(p.outs().get(index).data().address())
                .add(w.rows())
                .add(w.columns())
                .add(tokens);
        Kernel kernel = device.kernels().get("blocks", "product", w.format().macro());
        device.launch(
                kernel,
                (w.rows() + BLOCK_ROWS - 1) / BLOCK_ROWS,
                (tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS,
                1,
                32 * BLOCK_ROWS,
                0);
    }

    private void matvec(Verb.Product p, List<Integer> indices) {
        if (p.weights().get(indices.getFirst()).format().inBlocks()) {
            indices.forEach(index -> blocks(p, index));
            return;
        }
        CudaWeight first = p.weights().get(indices.getFirst());
        int columns = first.columns();
        int tokens = (int) p.x().shape().rows();
        int total = indices.stream().mapToInt(i -> p.weights().get(i).rows()).sum();
        int tokenBytes = first.format().inputBytes(columns);
        int ringBytes = warps * STAGES * ROWS * 32 * first.format().laneBytes(columns);
        int together = together(tokens, tokenBytes, ringBytes, columns);
        Arguments a = device.arguments().structure();
        for (int i = 0; i < MOST_MATRICES; i++) {
            int index = indices.get(Math.min(i, indices.size() - 1));
            CudaWeight w = p.weights().get(index);
            Tensor bias = p.biases() == null ? null : p.biases().get(index);
            w.planes(a);
            a.field(bias == null ? 0L : bias.data().address())
                    .field(p.outs().get(index).data().address())
                    .field(w.rows())
                    .field(0);
        }
        a.field(p.x().data().address())
                .field(p.norm() == null ? 0L : p.norm().weight().data().address())
                .field(p.residual() == null ? 0L : p.residual().data().address())
                .field(p.norm() == null ? 0f : p.norm().eps())
                .field(columns)
                .field(tokens)
                .field(indices.size())
                .field(p.gate() == null ? -1 : p.gate().ordinal());
        Kernel kernel = device.kernels()
                .get(
                        "matvec",
                        "matvec",
                        first.format().macro(),
                        "ROWS=" + ROWS,
                        "TOKENS=" + together,
                        "WARPS=" + warps,
                        "STAGES=" + STAGES,
                        first.format().unit(columns) == 1 ? "SCALAR" : "ALIGNED");
        int blocks = Math.min((total + ROWS - 1) / ROWS, device.multiprocessors());
        device.launch(kernel, blocks, 1, 1, warps * 32, ringBytes + together * tokenBytes);
    }

    /** Tokens that share what they load: those whose inputs fit into a multiprocessor's memory together. */
    private int together(int tokens, int tokenBytes, int ringBytes, int columns) {
        int room = device.sharedBytes() - STATIC_SHARED - ringBytes;
        if (tokenBytes > room) {
            throw new LoupeException(
                    "Rows of %,d values do not fit into the shared memory of %s (%,d KiB); return with %%device cpu."
                            .formatted(columns, device.id(), device.sharedBytes() >> 10));
        }
        if (tokens == 1 || 2 * tokenBytes > room) {
            return 1;
        }
        return 4 * tokenBytes <= room ? 4 : device.kernels().compiled() ? 2 : 1;
    }
}
