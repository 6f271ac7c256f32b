package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.tensor.Tensor;

/** Launches verbs. Invariant: a launch takes no memory that an earlier launch of the same verb did not take. */
final class Launcher implements AutoCloseable {
    private static final int BLOCK = 256;

    private final CudaDevice device;
    private final Products products;
    private final Attending attending;
    private final Finding finding;
    private final TensorCores tensorCores;

    Launcher(CudaDevice device, DeviceMemory memory, Runnable moved) {
        this.device = device;
        tensorCores = new TensorCores(device, memory, Cublas.find(device));
        products = new Products(device, tensorCores);
        attending = new Attending(device, memory, moved);
        finding = new Finding(device, memory, moved);
    }

    String describe() {
        return tensorCores.describe();
    }

    void launch(Verb verb) {
        switch (verb) {
            case Verb.Embed v -> {
                v.table().add(device.arguments());
                int columns = v.table().columns();
                device.sameArguments().add(v.ids()).add(address(v.out())).add(columns);
                device.launch(
                        device.kernels()
                                .get(
                                        v.table().kernels(),
                                        "embed",
                                        v.table().format().macro()),
                        rows(v.out()),
                        1,
                        1,
                        BLOCK,
                        0);
            }
            case Verb.Norm v -> {
                int columns = (int) v.x().shape().columns();
                device.arguments()
                        .add(address(v.x()))
                        .add(address(v.weight()))
                        .add(v.eps())
                        .add(address(v.out()))
                        .add(columns);
                device.launch(kernel("rms_norm"), rows(v.x()), 1, 1, columns > 1024 ? 1024 : BLOCK, 0);
            }
            case Verb.Product v -> products.launch(v);
            case Verb.AddBias v -> {
                device.arguments()
                        .add(address(v.x()))
                        .add(address(v.bias()))
                        .add((int) v.x().shape().columns())
                        .add(elements(v.x()));
                each("add_bias", v.x());
            }
            case Verb.Turn v -> {
                device.arguments()
                        .add(address(v.x()))
                        .add(v.heads())
                        .add(v.headDim())
                        .add(v.pairs())
                        .add(v.position())
                        .add(v.cos())
                        .add(v.sin());
                device.launch(kernel("rope"), rows(v.x()) * v.heads(), 1, 1, 64, 0);
            }
            case Verb.Store v -> store(v);
            case Verb.Attend v -> attending.launch(v);
            case Verb.Gated v -> {
                device.arguments()
                        .add(v.activation().ordinal())
                        .add(address(v.gate()))
                        .add(address(v.up()))
                        .add(address(v.out()))
                        .add(elements(v.out()));
                each("gated_unit", v.out());
            }
            case Verb.Add v -> {
                device.arguments().add(address(v.x())).add(address(v.y())).add(elements(v.x()));
                each("add", v.x());
            }
            case Verb.InPlace v -> {
                device.arguments().add(address(v.x())).add(v.value()).add(elements(v.x()));
                each(v.kernel(), v.x());
            }
            case Verb.Top v -> finding.launch(v);
            case Verb.Clear v -> device.zero(address(v.x()), v.x().bytes());
        }
    }

    private void store(Verb.Store v) {
        AttentionSpec spec = v.spec();
        device.arguments()
                .add(address(v.keys()))
                .add(address(v.values()))
                .structure()
                .field(v.pages().keys())
                .field(v.pages().values())
                .field(v.position())
                .field(spec.kvHeads())
                .field(spec.headDim())
                .field(v.pages().offset());
        device.launch(
                device.kernels().get("attention", "store", v.pages().macro()),
                rows(v.keys()) * spec.kvHeads(),
                1,
                1,
                64,
                0);
    }

    /** out[i] = x[rows[i]]. */
    void gather(Tensor x, long rows, Tensor out) {
        device.arguments().add(address(x)).add(rows).add(address(out)).add((int)
                x.shape().columns());
        device.launch(kernel("gather"), rows(out), 1, 1, BLOCK, 0);
    }

    /** sum[rows[i]] += factors[i] * x[i]. */
    void addRows(Tensor x, long rows, long factors, Tensor sum) {
        device.arguments()
                .add(address(x))
                .add(rows)
                .add(factors)
                .add(address(sum))
                .add((int) x.shape().columns());
        device.launch(kernel("add_rows"), rows(x), 1, 1, BLOCK, 0);
    }

    /** x[id] divided by the penalty if positive, else multiplied. */
    void penalise(Tensor x, long ids, int count, float penalty) {
        device.arguments().add(address(x)).add(ids).add(count).add(penalty);
        device.launch(device.kernels().get("top", "penalise"), (count + BLOCK - 1) / BLOCK, 1, 1, BLOCK, 0);
    }

    private void each(String name, Tensor x) {
        device.launch(kernel(name), (elements(x) + BLOCK - 1) / BLOCK, 1, 1, BLOCK, 0);
    }

    private Kernel kernel(String name) {
        return device.kernels().get("elementwise", name);
    }

    private static long address(Tensor tensor) {
        return tensor.data().address();
    }

    private static long rows(Tensor tensor) {
        return tensor.shape().rows();
    }

    private static long elements(Tensor tensor) {
        return tensor.shape().elements();
    }

    @Override
    public void close() {
        tensorCores.close();
    }
}
