package dev.loupe.engine.ops;

import dev.loupe.engine.tensor.Tensor;

/** The shape rules of the verbs, the same for every backend: memory is read and written only behind these. */
public final class Checks {
    private Checks() {}

    public static void embed(Weight table, int[] ids, Tensor out) {
        require(out.shape().rows() == ids.length, "embed: %d ids into %s", ids.length, out.shape());
        require(out.shape().columns() == table.columns(), "embed: rows of %d into %s", table.columns(), out.shape());
        for (int id : ids) {
            require(id >= 0 && id < table.rows(), "embed: id %d of a vocabulary of %d", id, table.rows());
        }
    }

    public static void matmul(Tensor x, Weight[] w, Tensor[] out) {
        require(w.length == out.length, "matmul: %d matrices into %d results", w.length, out.length);
        for (int i = 0; i < w.length; i++) {
            require(x.shape().columns() == w[i].columns(), "matmul: %s by %d columns", x.shape(), w[i].columns());
            require(
                    out[i].shape().rows() == x.shape().rows() && out[i].shape().columns() == w[i].rows(),
                    "matmul: %s by %d rows into %s",
                    x.shape(),
                    w[i].rows(),
                    out[i].shape());
        }
    }

    public static void vector(Tensor x, Tensor vector) {
        require(
                x.shape().columns() == vector.shape().elements(),
                "a vector of %d for rows of %s",
                vector.shape().elements(),
                x.shape());
    }

    /** A copy between a tensor and {@code bytes} of host memory. */
    public static void copy(Tensor tensor, long bytes) {
        require(tensor.bytes() == bytes, "%d bytes for the %d of %s", bytes, tensor.bytes(), tensor.shape());
    }

    public static void same(Tensor a, Tensor b) {
        require(a.shape().elements() == b.shape().elements(), "shapes differ: %s, %s", a.shape(), b.shape());
    }

    public static void top(Tensor x, TopSpec spec, Tensor out) {
        long columns = x.shape().columns();
        require(
                spec.count() >= 1 && spec.count() <= Math.min(columns, TopSpec.MOST) && columns <= 1 << 24,
                "top: %d of %s",
                spec.count(),
                x.shape());
        require(
                out.shape().rows() == x.shape().rows() && out.shape().columns() == spec.columns(),
                "top: %d of %s into %s",
                spec.count(),
                x.shape(),
                out.shape());
    }

    public static void penalise(Tensor x, int[] ids) {
        require(x.shape().rows() == 1, "penalise: %s is not one row", x.shape());
        for (int id : ids) {
            require(id >= 0 && id < x.shape().columns(), "penalise: id %d of %s", id, x.shape());
        }
    }

    public static void route(Tensor scores, int top) {
        require(top >= 1 && top <= scores.shape().columns(), "route: %d experts of %s", top, scores.shape());
    }

    public static void rows(Tensor few, int[] rows, Tensor many) {
        require(
                few.shape().rows() == rows.length
                        && few.shape().columns() == many.shape().columns(),
                "%d rows of %s and %s",
                rows.length,
                many.shape(),
                few.shape());
        for (int row : rows) {
            require(row >= 0 && row < many.shape().rows(), "row %d of %s", row, many.shape());
        }
    }

    public static void rope(Tensor x, int heads, int headDim, RopeTable table, int firstPosition) {
        require(x.shape().columns() == (long) heads * headDim, "rope: %d heads of %d in %s", heads, headDim, x.shape());
        require(2 * table.pairs() <= headDim && firstPosition >= 0, "rope: %d pairs in %d", table.pairs(), headDim);
    }

    public static void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        long columns = (long) spec.kvHeads() * spec.headDim();
        require(keys.shape().columns() == columns, "store: keys %s, expected rows of %d", keys.shape(), columns);
        same(keys, values);
        cache(cache, spec, firstPosition + keys.shape().rows());
    }

    public static void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        long columns = (long) spec.heads() * spec.headDim();
        require(q.shape().columns() == columns, "attention: q %s, expected rows of %d", q.shape(), columns);
        same(q, out);
        require(firstPosition >= 0, "attention: position %d", firstPosition);
        cache(cache, spec, firstPosition + q.shape().rows());
    }

    public static void weights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        attention(q, cache, spec, firstPosition, q);
        long rows = q.shape().rows() * spec.heads();
        int slots = cache.slots().of(firstPosition + (int) q.shape().rows());
        require(
                weights.shape().rows() == rows && weights.shape().columns() == slots,
                "attention weights: %s for %d queries and %d slots",
                weights.shape(),
                rows,
                slots);
    }

    public static void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        long columns = (long) spec.heads() * spec.headDim();
        require(
                out.shape().columns() == columns
                        && weights.shape().rows() == out.shape().rows() * spec.heads(),
                "weighted values: %s into %s",
                weights.shape(),
                out.shape());
        slots(cache, spec, weights.shape().columns());
    }

    private static void cache(KvView cache, AttentionSpec spec, long positions) {
        slots(cache, spec, cache.slots().of(Math.toIntExact(positions)));
    }

    private static void slots(KvView cache, AttentionSpec spec, long slots) {
        long capacity = (long) cache.pageTokens()
                * Math.min(cache.keys().size(), cache.values().size());
        require(slots <= capacity, "%d slots in a cache of %d", slots, capacity);
        long elements = (long) spec.kvHeads() * cache.pageTokens() * spec.headDim();
        for (int page = 0; page < cache.keys().size(); page++) {
            require(
                    holds(cache.keys().get(page), elements)
                            && holds(cache.values().get(page), elements),
                    "page %d of the cache is smaller than %d values",
                    page,
                    elements);
        }
    }

    private static boolean holds(Tensor page, long elements) {
        return page == null || page.shape().elements() >= elements;
    }

    private static void require(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }
}
