package dev.loupe.engine.ops;

import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The verbs, scalar and obvious, summing in float64: the oracle that every backend is checked against. */
public final class ReferenceOps implements Ops {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    @Override
    public void embed(Weight table, int[] ids, Tensor out) {
        Checks.embed(table, ids, out);
        for (int t = 0; t < ids.length; t++) {
            float[] row = ((ReferenceWeight) table).row(ids[t]);
            for (int i = 0; i < row.length; i++) {
                set(out, (long) t * row.length + i, row[i]);
            }
        }
    }

    @Override
    public void matmul(Tensor x, Weight[] w, Tensor[] out) {
        Checks.matmul(x, w, out);
        int tokens = (int) x.shape().rows();
        for (int m = 0; m < w.length; m++) {
            int rows = w[m].rows();
            int columns = w[m].columns();
            for (int r = 0; r < rows; r++) {
                float[] row = ((ReferenceWeight) w[m]).row(r);
                for (int t = 0; t < tokens; t++) {
                    double sum = 0;
                    for (int c = 0; c < columns; c++) {
                        sum += (double) row[c] * get(x, (long) t * columns + c);
                    }
                    set(out[m], (long) t * rows + r, sum);
                }
            }
        }
    }

    @Override
    public void addBias(Tensor x, Tensor bias) {
        Checks.vector(x, bias);
        long columns = x.shape().columns();
        for (long i = 0; i < x.shape().elements(); i++) {
            set(x, i, get(x, i) + get(bias, i % columns));
        }
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, float eps, Tensor out) {
        Checks.vector(x, weight);
        Checks.same(x, out);
        int columns = (int) x.shape().columns();
        for (long t = 0; t < x.shape().rows(); t++) {
            double squares = 0;
            for (int c = 0; c < columns; c++) {
                double value = get(x, t * columns + c);
                squares += value * value;
            }
            double factor = 1 / Math.sqrt(squares / columns + eps);
            for (int c = 0; c < columns; c++) {
                set(out, t * columns + c, get(x, t * columns + c) * factor * get(weight, c));
            }
        }
    }

    @Override
    public void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition) {
        Checks.rope(x, heads, headDim, table, firstPosition);
        int tokens = (int) x.shape().rows();
        table.ensure(firstPosition + tokens);
        int pairs = table.pairs();
        for (int t = 0; t < tokens; t++) {
            for (int h = 0; h < heads; h++) {
                long head = ((long) t * heads + h) * headDim;
                for (int i = 0; i < pairs; i++) {
                    double cos = table.cos()[(firstPosition + t) * pairs + i];
                    double sin = table.sin()[(firstPosition + t) * pairs + i];
                    double a = get(x, head + i);
                    double b = get(x, head + i + pairs);
                    set(x, head + i, a * cos - b * sin);
                    set(x, head + i + pairs, b * cos + a * sin);
                }
            }
        }
    }

    @Override
    public void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        Checks.store(keys, values, cache, spec, firstPosition);
        new ReferenceAttention(cache, spec).store(keys, values, firstPosition);
    }

    @Override
    public void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        Checks.attention(q, cache, spec, firstPosition, out);
        new ReferenceAttention(cache, spec).attend(q, firstPosition, out);
    }

    @Override
    public void attentionWeights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        Checks.weights(q, cache, spec, firstPosition, weights);
        new ReferenceAttention(cache, spec).weights(q, firstPosition, weights);
    }

    @Override
    public void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        Checks.weightedValues(weights, cache, spec, out);
        new ReferenceAttention(cache, spec).weighted(weights, out);
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
        for (long i = 0; i < out.shape().elements(); i++) {
            double x = get(gate, i);
            double activated = switch (activation) {
                case SILU -> x / (1 + Math.exp(-x));
                case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            };
            set(out, i, activated * get(up, i));
        }
    }

    @Override
    public void add(Tensor x, Tensor y) {
        Checks.same(x, y);
        for (long i = 0; i < x.shape().elements(); i++) {
            set(x, i, get(x, i) + get(y, i));
        }
    }

    @Override
    public void scale(Tensor x, float factor) {
        for (long i = 0; i < x.shape().elements(); i++) {
            set(x, i, get(x, i) * factor);
        }
    }

    @Override
    public void softcap(Tensor x, float cap) {
        for (long i = 0; i < x.shape().elements(); i++) {
            set(x, i, cap * Math.tanh((double) get(x, i) / cap));
        }
    }

    @Override
    public void top(Tensor x, TopSpec spec, Tensor out) {
        Checks.top(x, spec, out);
        int columns = (int) x.shape().columns();
        for (long row = 0; row < x.shape().rows(); row++) {
            var values = new double[columns];
            for (int c = 0; c < columns; c++) {
                float value = get(x, row * columns + c);
                values[c] = Float.isNaN(value) ? Double.NEGATIVE_INFINITY : value + 0.0;
            }
            int[] places = IntStream.range(0, columns)
                    .boxed()
                    .sorted(Comparator.comparingDouble(place -> -values[place]))
                    .mapToInt(place -> place)
                    .toArray();
            double highest = values[places[0]];
            double mass = 0;
            for (double value : values) {
                mass += value == highest ? 1 : Math.exp((value - highest) / spec.temperature());
            }
            long to = row * spec.columns();
            for (int i = 0; i < spec.count(); i++) {
                set(out, to + i, values[places[i]]);
                set(out, to + spec.count() + i, places[i]);
            }
            set(out, to + 2L * spec.count(), spec.temperature() == 0 ? 0 : mass);
        }
    }

    @Override
    public void penalise(Tensor x, int[] ids, float penalty) {
        Checks.penalise(x, ids);
        for (int id : ids) {
            float value = get(x, id);
            set(x, id, value > 0 ? value / penalty : value * penalty);
        }
    }

    @Override
    public Routing route(Tensor scores, int top) {
        Checks.route(scores, top);
        var values = new float[(int) scores.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(scores, i);
        }
        return Routing.of(values, (int) scores.shape().rows(), top);
    }

    @Override
    public void gather(Tensor x, int[] rows, Tensor out) {
        Checks.rows(out, rows, x);
        long columns = x.shape().columns();
        for (int i = 0; i < rows.length; i++) {
            for (long c = 0; c < columns; c++) {
                set(out, i * columns + c, get(x, rows[i] * columns + c));
            }
        }
    }

    @Override
    public void addRows(Tensor x, int[] rows, float[] factors, Tensor sum) {
        Checks.rows(x, rows, sum);
        long columns = x.shape().columns();
        for (int i = 0; i < rows.length; i++) {
            for (long c = 0; c < columns; c++) {
                long at = rows[i] * columns + c;
                set(sum, at, get(sum, at) + (double) factors[i] * get(x, i * columns + c));
            }
        }
    }

    @Override
    public void clear(Tensor x) {
        x.data().asSlice(0, x.bytes()).fill((byte) 0);
    }

    static float get(Tensor tensor, long index) {
        return tensor.data().get(FLOAT, index * Float.BYTES);
    }

    static void set(Tensor tensor, long index, double value) {
        tensor.data().set(FLOAT, index * Float.BYTES, (float) value);
    }
}
