package dev.loupe.engine.backend.split;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.ops.Routing;
import dev.loupe.engine.ops.TopSpec;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Tensor;

/** Each verb on the side that has its weights, its cache, or what it reads. */
final class SplitOps implements Ops {
    private final SplitBackend backend;
    private final Places places;

    SplitOps(SplitBackend backend, Places places) {
        this.backend = backend;
        this.places = places;
    }

    private Ops on(int side) {
        return backend.side(side).ops();
    }

    @Override
    public void embed(Weight table, int[] ids, Tensor out) {
        var part = (SplitBackend.Part) table;
        on(part.side()).embed(part.weight(), ids, places.written(out, part.side()));
    }

    @Override
    public void matmul(Tensor x, Weight[] w, Tensor[] out) {
        int side = ((SplitBackend.Part) w[0]).side();
        var weights = new Weight[w.length];
        var results = new Tensor[w.length];
        Tensor input = places.read(x, side);
        for (int i = 0; i < w.length; i++) {
            weights[i] = ((SplitBackend.Part) w[i]).weight();
            results[i] = places.written(out[i], side);
        }
        on(side).matmul(input, weights, results);
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        int side = places.home(x);
        on(side).addBias(places.changed(x, side), places.read(bias, side));
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
        int side = places.home(x);
        Tensor input = places.read(x, side);
        on(side).rmsNorm(input, places.read(weight, side), eps, places.written(out, side));
    }

    @Override
    public void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition) {
        int side = places.home(x);
        on(side).rope(places.changed(x, side), heads, headDim, table, firstPosition);
    }

    @Override
    public void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        int side = places.home(keys);
        Tensor k = places.read(keys, side);
        on(side).store(k, places.read(values, side), places.view(cache, side), spec, firstPosition);
    }

    @Override
    public void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        int side = places.home(cache, places.home(q));
        Tensor queries = places.read(q, side);
        on(side).attention(queries, places.view(cache, side), spec, firstPosition, places.written(out, side));
    }

    @Override
    public void attentionWeights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        int side = places.home(cache, places.home(q));
        Tensor queries = places.read(q, side);
        on(side).attentionWeights(
                        queries, places.view(cache, side), spec, firstPosition, places.written(weights, side));
    }

    @Override
    public void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        int side = places.home(cache, places.home(weights));
        Tensor read = places.read(weights, side);
        on(side).weightedValues(read, places.view(cache, side), spec, places.written(out, side));
    }

    @Override
    public boolean readsPages(DType keys, DType values) {
        return on(SplitBackend.CPU).readsPages(keys, values)
                && on(SplitBackend.DEVICE).readsPages(keys, values);
    }

    @Override
    public void moveSlots(KvView from, int[][] slots, KvView to, AttentionSpec spec) {
        int side = places.home(from, SplitBackend.CPU);
        on(side).moveSlots(places.view(from, side), slots, places.view(to, side), spec);
    }

    @Override
    public float[] keyBounds(KvView cache, AttentionSpec spec, int block, int from, int to) {
        int side = places.home(cache, SplitBackend.CPU);
        return on(side).keyBounds(places.view(cache, side), spec, block, from, to);
    }

    @Override
    public void gatedUnit(Activation activation, Tensor gate, Tensor up, Tensor out) {
        int side = places.home(gate);
        Tensor g = places.read(gate, side);
        on(side).gatedUnit(activation, g, places.read(up, side), places.written(out, side));
    }

    /** Where y is: at the border, the residual stream goes with its branch. */
    @Override
    public void add(Tensor x, Tensor y) {
        int side = places.home(y);
        on(side).add(places.changed(x, side), places.read(y, side));
    }

    @Override
    public void scale(Tensor x, float factor) {
        int side = places.home(x);
        on(side).scale(places.changed(x, side), factor);
    }

    @Override
    public void softcap(Tensor x, float cap) {
        int side = places.home(x);
        on(side).softcap(places.changed(x, side), cap);
    }

    @Override
    public void top(Tensor x, TopSpec spec, Tensor out) {
        int side = places.home(x);
        on(side).top(places.read(x, side), spec, places.written(out, side));
    }

    @Override
    public void penalise(Tensor x, int[] ids, float penalty) {
        int side = places.home(x);
        on(side).penalise(places.changed(x, side), ids, penalty);
    }

    @Override
    public Routing route(Tensor scores, int top) {
        int side = places.home(scores);
        return on(side).route(places.read(scores, side), top);
    }

    @Override
    public void gather(Tensor x, int[] rows, Tensor out) {
        int side = places.home(x);
        on(side).gather(places.read(x, side), rows, places.written(out, side));
    }

    @Override
    public void addRows(Tensor x, int[] rows, float[] factors, Tensor sum) {
        int side = places.home(x);
        on(side).addRows(places.read(x, side), rows, factors, places.changed(sum, side));
    }

    @Override
    public void clear(Tensor x) {
        int side = places.home(x);
        on(side).clear(places.written(x, side));
    }
}
