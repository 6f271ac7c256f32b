package dev.loupe;

import dev.loupe.engine.backend.Devices;
import dev.loupe.engine.backend.vector.KernelClasses;
import dev.loupe.engine.cache.CachePlan;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.model.DtypePlan;
import dev.loupe.engine.model.ForwardPass;
import dev.loupe.engine.model.RandomModel;
import dev.loupe.engine.tensor.TensorInfo;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lets the JVM compile the CPU's kernels while a model is still being read: a tiny decoder of random weights, in the
 * model's dtypes, runs on a thread of its own until this is closed. A JVM that compiles eagerly needs no more than the
 * kernels' classes.
 *
 * <p>Invariant: it has no effect but on time; what goes wrong here goes wrong again, and is told, where it matters.
 */
final class KernelWarmUp implements AutoCloseable {
    private static final int HEAD = 64;
    private static final int COLUMNS = 1100; // about: more than a piece of a tile and than a panel
    private static final int PROMPT = 17; // more than are multiplied as few tokens
    private static final String CPU = "cpu";

    private static volatile boolean eager;

    private final List<DType> layers;
    private final DType head;
    private volatile boolean closed;

    /**
     * @param layers the dtypes of the model's linear layers, each once
     * @param head that of its embedding and head
     */
    KernelWarmUp(List<DType> layers, DType head) {
        this.layers = layers;
        this.head = head;
    }

    /** Begins with what depends on no model, in a JVM that compiles eagerly. */
    static void prepare() {
        eager = true;
        start(KernelClasses::initialize);
    }

    /** Begins, if the model is to run on the CPU. */
    static KernelWarmUp begin(ModelFiles files, DtypePlan plan, String device) {
        var linear = new LinkedHashSet<DType>();
        var table = new ArrayList<DType>();
        for (String name : files.tensorNames()) {
            TensorInfo tensor = files.tensorInfo(name);
            if (tensor.shape().rank() > 1) {
                var role = DtypePlan.Role.of(name);
                (role == DtypePlan.Role.LINEAR ? linear : table).add(plan.dtype(tensor, role));
            }
        }
        var warmUp = new KernelWarmUp(List.copyOf(linear), table.isEmpty() ? null : table.getLast());
        if (device.equals(CPU) && !linear.isEmpty() && !table.isEmpty()) {
            start(eager ? warmUp::initialize : () -> warmUp.run(Integer.MAX_VALUE));
        }
        return warmUp;
    }

    private static void start(Runnable work) {
        Thread.ofPlatform()
                .daemon()
                .name("loupe-warm-up")
                .uncaughtExceptionHandler((thread, thrown) -> {})
                .start(work);
    }

    private void initialize() {
        KernelClasses.initialize(layers);
        KernelClasses.initialize(List.of(head));
    }

    /** Reads a prompt and writes a token, again and again until closed, {@code most} times at most. */
    void run(int most) {
        var ledger = new MemoryLedger();
        try (var backend = Devices.open(Devices.find(CPU), 1, ledger, new Cancellation());
                var model = new RandomModel(sizes(), layers, head, backend, ledger);
                var pass = new ForwardPass(model.decoder(), backend, PROMPT, ledger::scratch);
                var cache = pass.newCache(CachePlan.exact(), PROMPT + 1, ledger::cache)) {
            int[] prompt = IntStream.range(0, PROMPT).toArray();
            var logits = new float[pass.vocabularySize()];
            for (int i = 0; i < most && !closed; i++) {
                cache.trim(0);
                pass.last(prompt, cache, logits);
                if (!closed) {
                    pass.last(new int[] {0}, cache, logits);
                }
            }
        }
    }

    /** As small as the dtypes' blocks allow, for interpreted kernels are slow. */
    private RandomModel.Sizes sizes() {
        int block = Math.max(
                HEAD, layers.stream().mapToInt(DType::blockElements).max().orElseThrow());
        int hidden = Math.max(block, head.blockElements());
        int intermediate = (COLUMNS + block - 1) / block * block;
        return new RandomModel.Sizes("warm-up", layers.size(), hidden, intermediate, hidden / HEAD, 1, HEAD);
    }

    @Override
    public void close() {
        closed = true;
    }
}
