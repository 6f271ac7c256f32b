package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import jdk.incubator.vector.FloatVector;

/** The products of attention by the Vector API: each key and value that is loaded meets four queries. */
final class AttentionLoops implements AttentionProducts {
    private static final int KEYS = Visible.KEYS;
    private static final int GROUP = 4;

    private final CacheTile tile = new CacheTile();
    private AttentionSpec spec;

    @Override
    public AttentionLoops over(KvView cache, AttentionSpec spec) {
        this.spec = spec;
        tile.over(cache, spec);
        return this;
    }

    @Override
    public int keys(int kvHead, int slot, int end) {
        tile.loadKeys(kvHead, slot, end);
        return 1;
    }

    @Override
    public void scores(Floats packed, int at, int queries, int tiles, Floats scores, int to) {
        for (int q = 0; q < queries; q += GROUP) {
            if (q + 1 == queries) {
                scoresOfOne(packed.array(), at + q, spec, tile, scores.array(), to + q * STRIDE);
                return;
            }
            for (int lane = 0; lane < KEYS; lane += 2 * Lanes.COUNT) {
                int key = tile.keyAt() + lane;
                int row = to + q * STRIDE + lane;
                groupScores(
                        packed.array(),
                        at + q,
                        spec.headDim(),
                        tile.keys().array(),
                        key,
                        tile.keyStride(),
                        spec.scale(),
                        scores.array(),
                        row);
            }
        }
    }

    /** Products of one packed query with all keys of a tile, seen or not. */
    static void scoresOfOne(float[] q, int at, AttentionSpec spec, CacheTile tile, float[] scores, int to) {
        for (int lane = 0; lane < KEYS; lane += 2 * Lanes.COUNT) {
            int key = tile.keyAt() + lane;
            scoresOfOne(
                    q, at, spec.headDim(), tile.keys().array(), key, tile.keyStride(), spec.scale(), scores, to + lane);
        }
    }

    @Override
    public int values(int kvHead, int slot) {
        tile.loadValues(kvHead, slot);
        return 1;
    }

    @Override
    public void weigh(Floats weights, int at, int queries, int low, int high, Floats out, int row) {
        int dim = spec.headDim();
        float[] values = tile.values().array();
        for (int q = 0; q < queries; q += GROUP) {
            int from = at + q * STRIDE;
            int d = 0;
            if (q + 1 < queries) {
                for (; d + 2 * Lanes.COUNT <= dim; d += 2 * Lanes.COUNT) {
                    groupValues(weights.array(), from, low, high, values, dim, d, out.array(), row + q * dim + d);
                }
            }
            for (int i = q; d < dim && i < Math.min(q + GROUP, queries); i++) {
                weigh(weights.array(), at + i * STRIDE, low, high, values, dim, d, out.array(), row + i * dim);
            }
        }
    }

    private static void groupScores(
            float[] q,
            int at,
            int headDim,
            float[] keys,
            int from,
            int keyStride,
            float scale,
            float[] scores,
            int to) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOAT);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        int key = from;
        int p = at;
        for (int d = 0; d < headDim; d++) {
            FloatVector k0 = FloatVector.fromArray(Lanes.FLOAT, keys, key);
            FloatVector k1 = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT);
            FloatVector x = FloatVector.broadcast(Lanes.FLOAT, q[p]);
            a0 = k0.fma(x, a0);
            b0 = k1.fma(x, b0);
            x = FloatVector.broadcast(Lanes.FLOAT, q[p + 1]);
            a1 = k0.fma(x, a1);
            b1 = k1.fma(x, b1);
            x = FloatVector.broadcast(Lanes.FLOAT, q[p + 2]);
            a2 = k0.fma(x, a2);
            b2 = k1.fma(x, b2);
            x = FloatVector.broadcast(Lanes.FLOAT, q[p + 3]);
            a3 = k0.fma(x, a3);
            b3 = k1.fma(x, b3);
            key += keyStride;
            p += BLOCK;
        }
        int next = Lanes.COUNT;
        a0.mul(scale).intoArray(scores, to);
        b0.mul(scale).intoArray(scores, to + next);
        a1.mul(scale).intoArray(scores, to + STRIDE);
        b1.mul(scale).intoArray(scores, to + STRIDE + next);
        a2.mul(scale).intoArray(scores, to + 2 * STRIDE);
        b2.mul(scale).intoArray(scores, to + 2 * STRIDE + next);
        a3.mul(scale).intoArray(scores, to + 3 * STRIDE);
        b3.mul(scale).intoArray(scores, to + 3 * STRIDE + next);
    }

    private static void scoresOfOne(
            float[] q,
            int at,
            int headDim,
            float[] keys,
            int from,
            int keyStride,
            float scale,
            float[] scores,
            int to) {
        FloatVector a = FloatVector.zero(Lanes.FLOAT);
        FloatVector b = a;
        int key = from;
        int p = at;
        for (int d = 0; d < headDim; d++) {
            FloatVector x = FloatVector.broadcast(Lanes.FLOAT, q[p]);
            a = FloatVector.fromArray(Lanes.FLOAT, keys, key).fma(x, a);
            b = FloatVector.fromArray(Lanes.FLOAT, keys, key + Lanes.COUNT).fma(x, b);
            key += keyStride;
            p += BLOCK;
        }
        a.mul(scale).intoArray(scores, to);
        b.mul(scale).intoArray(scores, to + Lanes.COUNT);
    }

    private static void groupValues(
            float[] weights, int at, int low, int high, float[] values, int headDim, int d, float[] out, int row) {
        int next = Lanes.COUNT;
        FloatVector a0 = FloatVector.fromArray(Lanes.FLOAT, out, row);
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOAT, out, row + next);
        FloatVector a1 = FloatVector.fromArray(Lanes.FLOAT, out, row + headDim);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOAT, out, row + headDim + next);
        FloatVector a2 = FloatVector.fromArray(Lanes.FLOAT, out, row + 2 * headDim);
        FloatVector b2 = FloatVector.fromArray(Lanes.FLOAT, out, row + 2 * headDim + next);
        FloatVector a3 = FloatVector.fromArray(Lanes.FLOAT, out, row + 3 * headDim);
        FloatVector b3 = FloatVector.fromArray(Lanes.FLOAT, out, row + 3 * headDim + next);
        int value = low * headDim + d;
        int w1 = at + STRIDE;
        int w2 = w1 + STRIDE;
        int w3 = w2 + STRIDE;
        for (int k = low; k < high; k++) {
            FloatVector v0 = FloatVector.fromArray(Lanes.FLOAT, values, value);
            FloatVector v1 = FloatVector.fromArray(Lanes.FLOAT, values, value + next);
            FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[at + k]);
            a0 = v0.fma(p, a0);
            b0 = v1.fma(p, b0);
            p = FloatVector.broadcast(Lanes.FLOAT, weights[w1 + k]);
            a1 = v0.fma(p, a1);
            b1 = v1.fma(p, b1);
            p = FloatVector.broadcast(Lanes.FLOAT, weights[w2 + k]);
            a2 = v0.fma(p, a2);
            b2 = v1.fma(p, b2);
            p = FloatVector.broadcast(Lanes.FLOAT, weights[w3 + k]);
            a3 = v0.fma(p, a3);
            b3 = v1.fma(p, b3);
            value += headDim;
        }
        a0.intoArray(out, row);
        b0.intoArray(out, row + next);
        a1.intoArray(out, row + headDim);
        b1.intoArray(out, row + headDim + next);
        a2.intoArray(out, row + 2 * headDim);
        b2.intoArray(out, row + 2 * headDim + next);
        a3.intoArray(out, row + 3 * headDim);
        b3.intoArray(out, row + 3 * headDim + next);
    }

    /**
     * out (headDim), from {@code row}, += weights (keys), from {@code at}, x values (keys, headDim), columns from d.
     */
    static void weigh(
            float[] weights, int at, int low, int high, float[] values, int headDim, int from, float[] out, int row) {
        int d = from;
        for (; d + 4 * Lanes.COUNT <= headDim; d += 4 * Lanes.COUNT) {
            four(weights, at, low, high, values, headDim, d, out, row + d);
        }
        for (; d + 2 * Lanes.COUNT <= headDim; d += 2 * Lanes.COUNT) {
            FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, row + d);
            FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, row + d + Lanes.COUNT);
            int value = low * headDim + d;
            for (int k = low; k < high; k++) {
                FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[at + k]);
                sum0 = FloatVector.fromArray(Lanes.FLOAT, values, value).fma(p, sum0);
                sum1 = FloatVector.fromArray(Lanes.FLOAT, values, value + Lanes.COUNT)
                        .fma(p, sum1);
                value += headDim;
            }
            sum0.intoArray(out, row + d);
            sum1.intoArray(out, row + d + Lanes.COUNT);
        }
        for (; d < headDim; d++) {
            float sum = out[row + d];
            for (int k = low; k < high; k++) {
                sum = Math.fma(weights[at + k], values[k * headDim + d], sum);
            }
            out[row + d] = sum;
        }
    }

    /** The dimensions from {@code d} that four vectors have: as many sums as a core computes side by side. */
    private static void four(
            float[] weights, int at, int low, int high, float[] values, int headDim, int d, float[] out, int row) {
        int next = Lanes.COUNT;
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOAT, out, row);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOAT, out, row + next);
        FloatVector sum2 = FloatVector.fromArray(Lanes.FLOAT, out, row + 2 * next);
        FloatVector sum3 = FloatVector.fromArray(Lanes.FLOAT, out, row + 3 * next);
        int value = low * headDim + d;
        for (int k = low; k < high; k++) {
            FloatVector p = FloatVector.broadcast(Lanes.FLOAT, weights[at + k]);
            sum0 = FloatVector.fromArray(Lanes.FLOAT, values, value).fma(p, sum0);
            sum1 = FloatVector.fromArray(Lanes.FLOAT, values, value + next).fma(p, sum1);
            sum2 = FloatVector.fromArray(Lanes.FLOAT, values, value + 2 * next).fma(p, sum2);
            sum3 = FloatVector.fromArray(Lanes.FLOAT, values, value + 3 * next).fma(p, sum3);
            value += headDim;
        }
        sum0.intoArray(out, row);
        sum1.intoArray(out, row + next);
        sum2.intoArray(out, row + 2 * next);
        sum3.intoArray(out, row + 3 * next);
    }
}
