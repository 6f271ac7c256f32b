package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Checks;
import dev.loupe.engine.ops.HostPages;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.ops.Routing;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;

/** The verbs on a team of threads. Work that is done faster than it is shared stays on the caller's thread. */
final class VectorOps implements Ops, AutoCloseable {
    private static final int SHARED_ELEMENTS = 8_192;

    private final Team team;
    private final LongConsumer scratch;
    private final AttentionTask attention;
    private final RowProduct rowProduct;
    private Floats packed = new Floats();
    private final IntegerTokens quantized = IntegerTokens.make();
    private final IntegerProduct integerProduct;
    private final RoundedTokens rounded;
    private final TopOfRow top;
    private final Activations activations;

    VectorOps(Team team, Activations activations, MemoryLedger ledger) {
        this.team = team;
        this.activations = activations;
        scratch = ledger::scratch;
        rounded = new RoundedTokens(team, ledger);
        top = new TopOfRow(scratch);
        attention = new AttentionTask(team);
        rowProduct = new RowProduct(team);
        integerProduct = new IntegerProduct(team, quantized);
    }

    @Override
    public void embed(Weight table, int[] ids, Tensor out) {
        Checks.embed(table, ids, out);
        var weight = (VectorWeight) table;
        share(out, weight.columns(), (from, to) -> {
            for (int t = from; t < to; t++) {
                Rows.decode(weight, ids[t], out.data(), 4L * t * weight.columns());
            }
        });
    }

    @Override
    public void matmul(Tensor x, Weight[] w, Tensor[] out) {
        Checks.matmul(x, w, out);
        if (activations == Activations.INT8) {
            signedBytes(x, w, out);
        } else if (activations == Activations.Q8) {
            for (int i = 0; i < w.length; i++) {
                Tensor values = rounded.of(x, ((VectorWeight) w[i]).dtype());
                products(values, false, new Weight[] {w[i]}, new Tensor[] {out[i]});
            }
        } else {
            products(x, false, w, out);
        }
    }

    /** Products with activations in signed bytes: by integers where that pays, or rounded as floats. */
    private void signedBytes(Tensor x, Weight[] w, Tensor[] out) {
        int served = 0;
        int integers = 0;
        for (Weight each : w) {
            TileKernel kernel = ((VectorWeight) each).kernel();
            served += activations.serves(kernel.dtype()) ? 1 : 0;
            integers += kernel.integers().isPresent() ? 1 : 0;
        }
        if (integers == w.length && IntegerProducts.pay((int) x.shape().rows())) {
            integerProducts(x, w, out);
        } else if (served == w.length || served == 0) {
            products(x, served > 0, w, out);
        } else {
            for (int i = 0; i < w.length; i++) {
                signedBytes(x, new Weight[] {w[i]}, new Tensor[] {out[i]});
            }
        }
    }

    /** Products of floats, rounded first to what signed bytes stand for, or taken as they are. */
    private void products(Tensor x, boolean rounded, Weight[] w, Tensor[] out) {
        int tokens = (int) x.shape().rows();
        if (tokens == 1) {
            rowProduct.run(x, rounded, w, out);
        } else {
            batch(x, rounded, w, out);
        }
    }

    /** As {@link #products}, of several tokens. */
    private void batch(Tensor x, boolean rounded, Weight[] w, Tensor[] out) {
        int tokens = (int) x.shape().rows();
        int columns = (int) x.shape().columns();
        Floats packed = packed(tokens, columns);
        if (Gemm.groups(tokens) == 1) { // packed faster than the others are told
            Gemm.pack(x.data(), tokens, columns, 0, rounded, packed.array());
        } else {
            team.run(new PackTokens(team, x, rounded, packed));
        }
        team.run(new BatchProduct(team, packed, tokens, w, out));
    }

    private void integerProducts(Tensor x, Weight[] w, Tensor[] out) {
        int tokens = (int) x.shape().rows();
        scratch.accept(quantized.reserve(tokens, (int) x.shape().columns()));
        if (tokens == 1) {
            quantized.set(0, x.data(), 0, WorkSpace.ofThread().activations());
        } else {
            team.run(new QuantizeTokens(team, x, quantized));
        }
        integerProduct.run(tokens, w, out);
    }

    /** Work space for packed tokens, kept from call to call. */
    private Floats packed(int tokens, int columns) {
        int size = Gemm.packedSize(tokens, columns);
        scratch.accept(4L * Math.max(0, size - packed.array().length));
        return packed.room(size);
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
        Checks.vector(x, weight);
        Checks.same(x, out);
        int columns = (int) x.shape().columns();
        share(
                x,
                columns,
                (from, to) -> Elementwise.rmsNorm(x.data(), weight.data(), eps, columns, from, to, out.data()));
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        Checks.vector(x, bias);
        int columns = (int) x.shape().columns();
        share(x, columns, (from, to) -> Elementwise.addBias(x.data(), bias.data(), columns, from, to));
    }

    @Override
    public void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition) {
        Checks.rope(x, heads, headDim, table, firstPosition);
        table.ensure(firstPosition + (int) x.shape().rows());
        share(x, heads * headDim, (from, to) -> Rope.turn(x.data(), heads, headDim, table, firstPosition, from, to));
    }

    @Override
    public void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        Checks.store(keys, values, cache, spec, firstPosition);
        share(
                keys,
                spec.kvHeads() * spec.headDim(),
                (from, to) -> CacheRows.store(keys.data(), values.data(), cache, spec, firstPosition, from, to));
    }

    @Override
    public void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        Checks.attention(q, cache, spec, firstPosition, out);
        int tokens = (int) q.shape().rows();
        attention.run(q.data(), cache, spec, firstPosition, tokens, out.data());
    }

    @Override
    public void attentionWeights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        Checks.weights(q, cache, spec, firstPosition, weights);
        naive(cache, spec, weights).weights(q.data(), firstPosition);
    }

    @Override
    public void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        Checks.weightedValues(weights, cache, spec, out);
        naive(cache, spec, weights).weightedValues(out.data());
    }

    private NaiveAttention naive(KvView cache, AttentionSpec spec, Tensor weights) {
        int tokens = (int) weights.shape().rows() / spec.heads();
        return new NaiveAttention(
                team, cache, spec, weights.data(), tokens, (int) weights.shape().columns());
    }

    @Override
    public void moveSlots(KvView from, int[][] slots, KvView to, AttentionSpec spec) {
        new HostPages(from, spec).move(slots, to);
    }

    @Override
    public float[] keyBounds(KvView cache, AttentionSpec spec, int block, int from, int to) {
        return new HostPages(cache, spec).keyBounds(block, from, to);
    }

    @Override
    public void gatedUnit(Activation activation, Tensor gate, Tensor up, Tensor out) {
        Checks.same(gate, up);
        Checks.same(gate, out);
        share(out, 1, (from, to) -> {
            switch (activation) {
                case SILU -> Elementwise.silu(gate.data(), up.data(), out.data(), from, to);
                case GELU_TANH -> Elementwise.geluTanh(gate.data(), up.data(), out.data(), from, to);
            }
        });
    }

    @Override
    public void add(Tensor x, Tensor y) {
        Checks.same(x, y);
        share(x, 1, (from, to) -> Elementwise.add(x.data(), y.data(), from, to));
    }

    @Override
    public void scale(Tensor x, float factor) {
        share(x, 1, (from, to) -> Elementwise.scale(x.data(), factor, from, to));
    }

    @Override
    public void softcap(Tensor x, float cap) {
        share(x, 1, (from, to) -> Elementwise.softcap(x.data(), cap, from, to));
    }

    @Override
    public void top(Tensor x, TopSpec spec, Tensor out) {
        Checks.top(x, spec, out);
        for (long r = 0; r < x.shape().rows(); r++) {
            float[] written = top.find(x, r, spec).written();
            MemorySegment.copy(
                    written, 0, out.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, r * out.rowBytes(), written.length);
        }
    }

    @Override
    public void penalise(Tensor x, int[] ids, float penalty) {
        Checks.penalise(x, ids);
        for (int id : ids) {
            float value = x.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, id);
            x.data().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, id, value > 0 ? value / penalty : value * penalty);
        }
    }

    @Override
    public Routing route(Tensor scores, int top) {
        Checks.route(scores, top);
        var values = new float[Math.toIntExact(scores.shape().elements())];
        MemorySegment.copy(scores.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, values.length);
        return Routing.of(values, (int) scores.shape().rows(), top);
    }

    @Override
    public void gather(Tensor x, int[] rows, Tensor out) {
        Checks.rows(out, rows, x);
        long bytes = x.rowBytes();
        for (int i = 0; i < rows.length; i++) {
            MemorySegment.copy(x.data(), rows[i] * bytes, out.data(), i * bytes, bytes);
        }
    }

    @Override
    public void addRows(Tensor x, int[] rows, float[] factors, Tensor sum) {
        Checks.rows(x, rows, sum);
        int columns = (int) x.shape().columns();
        share(x, columns, (from, to) -> Elementwise.addRows(x.data(), rows, factors, sum.data(), columns, from, to));
    }

    @Override
    public void clear(Tensor x) {
        x.data().asSlice(0, x.bytes()).fill((byte) 0);
    }

    /** Units {@code from} to {@code to} of a tensor. */
    private interface Range {
        void run(int from, int to);
    }

    /** Runs over all of x in units of {@code unit} elements, shared among the threads if it is worth it. */
    private void share(Tensor x, int unit, Range range) {
        int units = Math.toIntExact(x.shape().elements() / unit);
        if (x.shape().elements() < SHARED_ELEMENTS || team.size() == 1) {
            range.run(0, units);
            return;
        }
        int piece = Math.max(1, units / (4 * team.size()));
        team.run(rank -> {
            for (int from; (from = team.next(piece, units)) >= 0; ) {
                range.run(from, Math.min(units, from + piece));
            }
        });
    }

    @Override
    public void close() {
        scratch.accept(-4L * packed.array().length - quantized.free());
        packed = new Floats();
        rounded.close();
        top.free();
    }
}
