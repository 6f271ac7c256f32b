package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Checks;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.ops.Routing;
import dev.loupe.engine.ops.ScratchTensor;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/** The verbs as kernels on a device: launched one after the other, without waiting. */
final class OpenClOps implements Ops, AutoCloseable {
    /** Work-items of a group, where each has its own work. */
    static final int LOCAL = 64;

    /** Values of a row that a group searches, as the kernel has it. */
    private static final int CHUNK = 8192;

    private final OpenClBackend backend;
    private final ClPrograms programs;
    private final ClUploads uploads;
    private final Products products;
    private final Attending attending;
    private final Map<RopeTable, ClRopeTable> ropes = new IdentityHashMap<>();
    private final ScratchTensor found;

    OpenClOps(OpenClBackend backend, ClPrograms programs, ClUploads uploads, Activations activations) {
        this.backend = backend;
        this.programs = programs;
        this.uploads = uploads;
        products = new Products(backend, programs, activations);
        attending = new Attending(backend, programs, uploads);
        found = new ScratchTensor(backend, backend::scratch);
    }

    @Override
    public void embed(Weight table, int[] ids, Tensor out) {
        Checks.embed(table, ids, out);
        var weight = (OpenClWeight) table;
        long at = uploads.upload(ids);
        var kernel = programs.kernel(weight.dtype(), "embed").buffer(weight.buffer());
        tensor(uploaded(kernel, at), out)
                .number(ids.length)
                .number(weight.columns())
                .number(weight.rowBytes());
        int groups = (weight.columns() + OpenClWeight.GROUP - 1) / OpenClWeight.GROUP;
        kernel.run(groups((long) ids.length * groups), LOCAL);
    }

    @Override
    public void matmul(Tensor x, Weight[] w, Tensor[] out) {
        Checks.matmul(x, w, out);
        products.run(x, w, out);
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        Checks.vector(x, bias);
        var kernel = tensor(tensor(elementwise("add_bias"), x), bias);
        each(kernel.number((int) x.shape().columns()), x.shape().elements());
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
        Checks.vector(x, weight);
        Checks.same(x, out);
        var kernel = tensor(tensor(tensor(programs.kernel("norm", "rms_norm"), x), weight), out);
        kernel.number(eps).number((int) x.shape().columns());
        kernel.run(x.shape().rows(), programs.form().lanes());
    }

    @Override
    public void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition) {
        Checks.rope(x, heads, headDim, table, firstPosition);
        int tokens = (int) x.shape().rows();
        ClRopeTable angles = ropes.computeIfAbsent(table, t -> new ClRopeTable(backend));
        angles.ensure(table, firstPosition + tokens);
        var kernel = tensor(tensor(tensor(elementwise("rope"), x), angles.cos()), angles.sin())
                .number(heads)
                .number(headDim)
                .number(table.pairs())
                .number(firstPosition);
        each(kernel, (long) tokens * heads * table.pairs());
    }

    @Override
    public void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        Checks.store(keys, values, cache, spec, firstPosition);
        attending.store(keys, values, cache, spec, firstPosition);
    }

    @Override
    public void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        Checks.attention(q, cache, spec, firstPosition, out);
        attending.attention(q, cache, spec, firstPosition, out);
    }

    @Override
    public void attentionWeights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        Checks.weights(q, cache, spec, firstPosition, weights);
        attending.weights(q, cache, spec, firstPosition, weights);
    }

    @Override
    public void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        Checks.weightedValues(weights, cache, spec, out);
        attending.weightedValues(weights, cache, spec, out);
    }

    @Override
    public void moveSlots(KvView from, int[][] slots, KvView to, AttentionSpec spec) {
        attending.move(from, slots, to, spec);
    }

    @Override
    public float[] keyBounds(KvView cache, AttentionSpec spec, int block, int from, int to) {
        return attending.keyBounds(cache, spec, block, from, to);
    }

    @Override
    public boolean readsPages(DType keys, DType values) {
        return Attending.serves(keys) && Attending.serves(values);
    }

    @Override
    public void gatedUnit(Activation activation, Tensor gate, Tensor up, Tensor out) {
        Checks.same(gate, up);
        Checks.same(gate, out);
        String name = switch (activation) {
            case SILU -> "silu";
            case GELU_TANH -> "gelu_tanh";
        };
        each(
                tensor(tensor(tensor(elementwise(name), gate), up), out),
                out.shape().elements());
    }

    @Override
    public void add(Tensor x, Tensor y) {
        Checks.same(x, y);
        each(tensor(tensor(elementwise("add"), x), y), x.shape().elements());
    }

    @Override
    public void scale(Tensor x, float factor) {
        each(tensor(elementwise("scale"), x).number(factor), x.shape().elements());
    }

    @Override
    public void softcap(Tensor x, float cap) {
        each(tensor(elementwise("softcap"), x).number(cap), x.shape().elements());
    }

    @Override
    public void top(Tensor x, TopSpec spec, Tensor out) {
        Checks.top(x, spec, out);
        long rows = x.shape().rows();
        int columns = (int) x.shape().columns();
        int chunks = (columns + CHUNK - 1) / CHUNK;
        Tensor work = found.of(rows * chunks, 2L * spec.count() + 2); // keys of 64 bits, then pairs of floats
        var ofChunks = tensor(tensor(programs.kernel("top", "top_of_chunks"), x), work);
        ofChunks.number(columns).number(spec.count()).number(spec.temperature()).run(chunks, rows, LOCAL);
        var ofRows = tensor(tensor(programs.kernel("top", "top_of_rows"), work), out);
        ofRows.number(chunks).number(spec.count()).number(spec.temperature()).run(rows, LOCAL);
    }

    @Override
    public void penalise(Tensor x, int[] ids, float penalty) {
        Checks.penalise(x, ids);
        var kernel = uploaded(tensor(programs.kernel("top", "penalise"), x), uploads.upload(ids));
        each(kernel.number(penalty), ids.length);
    }

    @Override
    public Routing route(Tensor scores, int top) {
        Checks.route(scores, top);
        var values = new float[Math.toIntExact(scores.shape().elements())];
        backend.read(scores, values);
        return Routing.of(values, (int) scores.shape().rows(), top);
    }

    @Override
    public void gather(Tensor x, int[] rows, Tensor out) {
        Checks.rows(out, rows, x);
        var kernel = uploaded(tensor(elementwise("gather"), x), uploads.upload(rows));
        each(tensor(kernel, out).number((int) x.shape().columns()), out.shape().elements());
    }

    @Override
    public void addRows(Tensor x, int[] rows, float[] factors, Tensor sum) {
        Checks.rows(x, rows, sum);
        var kernel = uploaded(tensor(elementwise("add_rows"), x), uploads.upload(rows));
        tensor(uploaded(kernel, uploads.upload(factors)), sum);
        each(kernel.number((int) x.shape().columns()), x.shape().elements());
    }

    @Override
    public void clear(Tensor x) {
        backend.queue().clear(backend.heap(), backend.offset(x), x.bytes());
    }

    private ClKernel elementwise(String name) {
        return programs.kernel("elementwise", name);
    }

    /** A tensor as the kernels' TENSOR: its memory and its offset. */
    private ClKernel tensor(ClKernel kernel, Tensor tensor) {
        return kernel.buffer(backend.heap()).number(backend.offset(tensor));
    }

    private ClKernel uploaded(ClKernel kernel, long at) {
        return kernel.buffer(uploads.buffer()).number(at);
    }

    /** Runs a kernel whose last argument is the number of its work-items. */
    private static void each(ClKernel kernel, long elements) {
        kernel.number(Math.toIntExact(elements)).run(groups(elements), LOCAL);
    }

    private static long groups(long items) {
        return (items + LOCAL - 1) / LOCAL;
    }

    @Override
    public void close() {
        ropes.values().forEach(ClRopeTable::close);
        ropes.clear();
        products.close();
        found.close();
    }
}
