package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.Alibi;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Checks;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.ops.Routing;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The verbs on a GPU. They return before they are done; copies to the host wait for them. */
final class CudaOps implements Ops, AutoCloseable {
    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Cancellation cancellation;
    private final Launcher launcher;
    private final Inputs inputs;
    private final Passes passes;
    private final Slotted slotted;
    private final DeviceMemory tables;
    private final Map<Object, PageTable> pages = new IdentityHashMap<>();
    private final Map<Alibi, Long> slopes = new IdentityHashMap<>();

    CudaOps(CudaDevice device, DeviceMemory memory, Cancellation cancellation) {
        this.device = device;
        this.memory = memory;
        this.cancellation = cancellation;
        tables = memory.another();
        launcher = new Launcher(device, memory, this::forgetPasses);
        inputs = new Inputs(device, memory, this::forgetPasses);
        passes = new Passes(device, launcher, inputs);
        slotted = new Slotted(device, inputs);
    }

    String describe() {
        return launcher.describe();
    }

    /** Whether the last pass was of few tokens, and launched kernel by kernel. */
    boolean launchedApart() {
        return passes.apart();
    }

    @Override
    public void pass(Object form, int[] ids, int firstPosition, Runnable verbs) {
        cancellation.check("what was written stays.");
        passes.run(form, ids, firstPosition, verbs);
    }

    @Override
    public void embed(Weight table, int[] ids, Tensor out) {
        Checks.embed(table, ids, out);
        passes.add(new Verb.Embed((CudaWeight) table, inputs.ids(ids), out));
    }

    @Override
    public void matmul(Tensor x, Weight[] w, Tensor[] out) {
        Checks.matmul(x, w, out);
        var weights = new ArrayList<CudaWeight>();
        for (Weight weight : w) {
            weights.add((CudaWeight) weight);
        }
        passes.add(new Verb.Product(x, weights, List.of(out), null, null, null, null));
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        Checks.vector(x, bias);
        passes.add(new Verb.AddBias(x, bias));
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
        Checks.vector(x, weight);
        Checks.same(x, out);
        passes.add(new Verb.Norm(x, weight, eps, out));
    }

    @Override
    public void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition) {
        Checks.rope(x, heads, headDim, table, firstPosition);
        passes.uses(table);
        Inputs.Turns turns = inputs.turns(table, firstPosition + (int) x.shape().rows());
        long position = inputs.position(firstPosition);
        passes.add(new Verb.Turn(x, heads, headDim, table.pairs(), position, turns.cos(), turns.sin()));
    }

    @Override
    public void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        Checks.store(keys, values, cache, spec, firstPosition);
        PageTable table = pages(cache);
        if (serves(table, spec)) {
            passes.add(new Verb.Store(keys, values, table, spec, inputs.position(firstPosition)));
        } else {
            passes.breakOff();
            slotted.store(keys, values, table, spec, firstPosition);
        }
    }

    @Override
    public void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        Checks.attention(q, cache, spec, firstPosition, out);
        PageTable table = pages(cache);
        if (cache.selection() == null && serves(table, spec)) {
            long position = inputs.position(firstPosition);
            passes.add(new Verb.Attend(q, table, spec, position, slopes(spec), out, null, null));
        } else {
            passes.breakOff();
            slotted.attend(q, table, cache.selection(), spec, slopes(spec), firstPosition, out);
        }
    }

    @Override
    public void attentionWeights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        Checks.weights(q, cache, spec, firstPosition, weights);
        passes.breakOff();
        slotted.weights(q, pages(cache), cache.selection(), spec, slopes(spec), firstPosition, weights);
    }

    @Override
    public void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        Checks.weightedValues(weights, cache, spec, out);
        passes.breakOff();
        slotted.weightedValues(weights, pages(cache), spec, out);
    }

    @Override
    public void moveSlots(KvView from, int[][] slots, KvView to, AttentionSpec spec) {
        passes.breakOff();
        slotted.move(pages(from), slots, pages(to), spec);
        pages.remove(from.keys());
    }

    @Override
    public float[] keyBounds(KvView cache, AttentionSpec spec, int block, int from, int to) {
        passes.breakOff();
        return slotted.keyBounds(pages(cache), spec, block, from, to);
    }

    @Override
    public boolean readsPages(DType keys, DType values) {
        return PageTable.serves(keys) && PageTable.serves(values);
    }

    private boolean serves(PageTable table, AttentionSpec spec) {
        return Attending.serves(table, spec, device.kernels().compiled());
    }

    private PageTable pages(KvView view) {
        PageTable table =
                pages.computeIfAbsent(view.keys(), k -> new PageTable(device, tables, view, this::forgetPasses));
        table.update();
        passes.uses(table);
        return table;
    }

    private long slopes(AttentionSpec spec) {
        if (spec.alibi() == Alibi.none()) {
            return 0;
        }
        return slopes.computeIfAbsent(spec.alibi(), alibi -> {
            var values = new float[spec.heads()];
            for (int h = 0; h < values.length; h++) {
                values[h] = alibi.slope(h);
            }
            long address = memory.bytes(4L * values.length);
            device.uploadCopy(MemorySegment.ofArray(values), address);
            return address;
        });
    }

    @Override
    public void gatedUnit(Activation activation, Tensor gate, Tensor up, Tensor out) {
        Checks.same(gate, up);
        Checks.same(gate, out);
        passes.add(new Verb.Gated(activation, gate, up, out));
    }

    @Override
    public void add(Tensor x, Tensor y) {
        Checks.same(x, y);
        passes.add(new Verb.Add(x, y));
    }

    @Override
    public void scale(Tensor x, float factor) {
        passes.add(new Verb.InPlace("scale", x, factor));
    }

    @Override
    public void softcap(Tensor x, float cap) {
        passes.add(new Verb.InPlace("softcap", x, cap));
    }

    @Override
    public void top(Tensor x, TopSpec spec, Tensor out) {
        Checks.top(x, spec, out);
        passes.add(new Verb.Top(x, spec, out));
    }

    @Override
    public void penalise(Tensor x, int[] ids, float penalty) {
        Checks.penalise(x, ids);
        passes.breakOff();
        if (ids.length > 0) {
            launcher.penalise(x, inputs.rows(ids), ids.length, penalty);
        }
    }

    @Override
    public Routing route(Tensor scores, int top) {
        Checks.route(scores, top);
        passes.breakOff();
        var values = new float[Math.toIntExact(scores.shape().elements())];
        device.download(scores.data().address(), MemorySegment.ofArray(values));
        return Routing.of(values, (int) scores.shape().rows(), top);
    }

    @Override
    public void gather(Tensor x, int[] rows, Tensor out) {
        Checks.rows(out, rows, x);
        passes.breakOff();
        launcher.gather(x, inputs.rows(rows), out);
    }

    @Override
    public void addRows(Tensor x, int[] rows, float[] factors, Tensor sum) {
        Checks.rows(x, rows, sum);
        passes.breakOff();
        launcher.addRows(x, inputs.rows(rows), inputs.factors(factors), sum);
    }

    @Override
    public void clear(Tensor x) {
        passes.add(new Verb.Clear(x));
    }

    private void forgetPasses() {
        passes.forget();
    }

    /** Memory goes: nothing may keep its address. */
    void forget() {
        passes.forget();
        pages.clear();
        tables.close();
    }

    @Override
    public void close() {
        passes.close();
        tables.close();
        launcher.close();
    }
}
