package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.cache.KvCache;
import dev.loupe.engine.cache.PagedCache;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do: each verb as {@link ReferenceOps} does it, and a token's bits whatever the others are.
 */
public abstract class BackendContract extends BesideReference {
    @Test
    void closingTwiceIsClosingOnce() {
        var other = new MemoryLedger();
        Backend backend = open(other);
        backend.close();
        backend.close();
        assertEquals(0, other.snapshot().total());
        assertEquals(5, tested().floats(tested().tensor(new float[] {5}, 1))[0], "another backend of the device");
    }

    /** How far a product of one value may be off, relative to it: what a backend rounds its inputs to. */
    protected double productTolerance() {
        return 1e-5;
    }

    /** Most tokens of a call whose bits are those of single tokens. */
    protected int tokensOfTheSameBits() {
        return Integer.MAX_VALUE;
    }

    static Stream<DType> dtypes() {
        return DTypes.all().stream();
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    protected void productsOfEveryShape(DType dtype) {
        int[][] shapes = {{1, 1}, {31, 3}, {32, 2}, {33, 33}, {65, 5}, {200, 73}};
        for (int[] shape : shapes) {
            checkProduct(dtype, shape[0], blocks(dtype, shape[1]), 1, 2, 7, 8, 9, 17);
        }
    }

    /** Columns that are so many blocks of 32, or the next multiple of the dtype's own. */
    private static int blocks(DType dtype, int of32) {
        int block = dtype.blockElements();
        return (32 * of32 + block - 1) / block * block;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 33, 1025})
    protected void productsOfColumnsThatNoVectorDivides(int columns) {
        for (DType dtype : DTypes.all()) {
            if (dtype.blockElements() == 1) {
                checkProduct(dtype, 35, columns, 1, 5);
            }
        }
    }

    private void checkProduct(DType dtype, int rows, int columns, int... tokens) {
        float[] matrix = Side.random(1, rows * columns);
        try (Weight expected = weight(reference(), matrix, columns, dtype);
                Weight actual = weight(tested(), matrix, columns, dtype)) {
            for (int n : tokens) {
                float[] x = Side.random(2, n * columns);
                String what = "%s %dx%d, %d tokens".formatted(dtype.id(), rows, columns, n);
                assertClose(
                        product(reference(), expected, x),
                        product(tested(), actual, x),
                        productTolerance() * Math.sqrt(columns),
                        what);
            }
        }
    }

    private static float[] product(Side side, Weight weight, float[] x) {
        Tensor out = side.zeros(x.length / weight.columns(), weight.rows());
        side.ops().matmul(side.tensor(x, weight.columns()), new Weight[] {weight}, new Tensor[] {out});
        return side.floats(out);
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    protected void aBatchGivesTheBitsOfSingleTokens(DType dtype) {
        int columns = blocks(dtype, 41);
        Tensor x = tested().tensor(Side.random(2, 11 * columns), columns);
        try (Weight weight = weight(tested(), Side.random(1, 70 * columns), columns, dtype)) {
            Tensor batch = tested().zeros(11, 70);
            tested().ops().matmul(x, new Weight[] {weight}, new Tensor[] {batch});
            for (int t = 0; t < 11; t++) {
                Tensor single = tested().zeros(1, 70);
                tested().ops().matmul(x.rows(t, t + 1), new Weight[] {weight}, new Tensor[] {single});
                assertArrayEquals(
                        tested().floats(batch.rows(t, t + 1)), tested().floats(single), dtype.id() + " token " + t);
            }
        }
    }

    @Test
    protected void severalMatricesAtOnce() {
        Tensor x = tested().tensor(Side.random(1, 64), 64);
        try (Weight a = weight(tested(), Side.random(2, 40 * 64), 64, new SymInt4());
                Weight b = weight(tested(), Side.random(3, 100 * 64), 64, new Fp16());
                Weight c = weight(tested(), Side.random(4, 3 * 64), 64, new SymInt8())) {
            Tensor[] together = {tested().zeros(1, 40), tested().zeros(1, 100), tested().zeros(1, 3)};
            Weight[] each = {a, b, c};
            tested().ops().matmul(x, each, together);
            for (int i = 0; i < each.length; i++) {
                Tensor alone = tested().zeros(1, each[i].rows());
                tested().ops().matmul(x, new Weight[] {each[i]}, new Tensor[] {alone});
                assertArrayEquals(tested().floats(alone), tested().floats(together[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    protected void embeddings(DType dtype) {
        int columns = blocks(dtype, 33);
        float[] matrix = Side.random(1, 67 * columns);
        int[] ids = {0, 31, 32, 66, 5, 5};
        same(1e-6, dtype.id(), side -> {
            try (Weight weight = weight(side, matrix, columns, dtype)) {
                Tensor out = side.zeros(ids.length, columns);
                side.ops().embed(weight, ids, out);
                return side.floats(out);
            }
        });
    }

    @Test
    protected void halvesOfEveryKind() {
        float[] values = {0f, -0f, 0x1p-24f, -0x1p-24f, 0x1.ffp-15f, 0x1p-14f, 1f, -1.5f, 65504f, 1e-5f};
        try (Weight weight = weight(tested(), values, values.length, new Fp16())) {
            Tensor out = tested().zeros(1, values.length);
            tested().ops().embed(weight, new int[] {0}, out);
            float[] actual = tested().floats(out);
            for (int i = 0; i < values.length; i++) {
                assertEquals(Float.float16ToFloat(Float.floatToFloat16(values[i])), actual[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 33, 576, 9001})
    protected void elementByElement(int columns) {
        for (int tokens : new int[] {1, 4}) {
            float[] weight = Side.random(2, columns);
            float[] other = Side.random(3, tokens * columns);
            verb(tokens, columns, 1e-5, (s, x) -> s.ops().rmsNorm(x, s.tensor(weight, columns), 1e-5f, x));
            verb(tokens, columns, 1e-6, (s, x) -> s.ops().addBias(x, s.tensor(weight, columns)));
            verb(tokens, columns, 1e-6, (s, x) -> s.ops().add(x, s.tensor(other, columns)));
            verb(tokens, columns, 1e-6, (s, x) -> s.ops().scale(x, 0.37f));
            verb(tokens, columns, 1e-5, (s, x) -> s.ops().softcap(x, 1.5f));
            for (Activation activation : Activation.values()) {
                verb(tokens, columns, 1e-5, (s, x) -> s.ops().gatedUnit(activation, x, s.tensor(other, columns), x));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 80})
    protected void rotaryPositions(int headDim) {
        for (RopeTable table :
                List.of(RopeTable.of(headDim, 10_000), RopeTable.of(Math.max(2, headDim / 4 * 2), 5e5))) {
            verb(3, 5 * headDim, 1e-5, (s, x) -> s.ops().rope(x, 5, headDim, table, 3));
            verb(3, 5 * headDim, 1e-5, (s, x) -> s.ops().rope(x, 5, headDim, table, 8190));
        }
    }

    @Test
    protected void attentionOfEveryKind() {
        int[][] heads = {{1, 1, 8}, {9, 3, 64}, {8, 2, 40}, {4, 4, 33}};
        for (int[] h : heads) {
            var spec = AttentionSpec.of(h[0], h[1], h[2]);
            for (Mask mask : List.of(Mask.causal(), Mask.sliding(1), Mask.sliding(20), Mask.sliding(100))) {
                checkAttention(spec.withMask(mask), 150);
                checkAttention(spec.withMask(mask).withSoftcap(2), 150);
            }
            checkAttention(spec.withScale(0.7).withAlibi(Alibi.of(h[0])), 150);
        }
    }

    private void checkAttention(AttentionSpec spec, int positions) {
        int columns = spec.heads() * spec.headDim();
        for (int first : new int[] {0, 31, 100, positions - 1}) {
            int tokens = positions - first;
            float[] q = Side.random(3, tokens * columns);
            float[] all = attended(tested(), spec, positions, first, q);
            assertClose(attended(reference(), spec, positions, first, q), all, 1e-5, spec + " from " + first);
            float[] lastQuery = Arrays.copyOfRange(q, q.length - columns, q.length);
            float[] ofAll = Arrays.copyOfRange(all, all.length - columns, all.length);
            float[] alone = attended(tested(), spec, positions, positions - 1, lastQuery);
            if (tokens <= tokensOfTheSameBits()) {
                assertArrayEquals(ofAll, alone, "the last token alone");
            } else {
                assertClose(ofAll, alone, 1e-5, "the last token alone");
            }
        }
    }

    private static float[] attended(Side side, AttentionSpec spec, int positions, int first, float[] q) {
        int kvColumns = spec.kvHeads() * spec.headDim();
        int columns = spec.heads() * spec.headDim();
        try (KvCache cache = cache(side, spec, positions)) {
            Tensor keys = side.tensor(Side.random(1, positions * kvColumns), kvColumns);
            Tensor values = side.tensor(Side.random(2, positions * kvColumns), kvColumns);
            side.ops().store(keys.rows(0, 60), values.rows(0, 60), cache.view(0), spec, 0);
            side.ops().store(keys.rows(60, positions), values.rows(60, positions), cache.view(0), spec, 60);
            Tensor out = side.zeros(q.length / columns, columns);
            side.ops().attention(side.tensor(q, columns), cache.view(0), spec, first, out);
            return side.floats(out);
        }
    }

    private static KvCache cache(Side side, AttentionSpec spec, int positions) {
        KvCache cache = PagedCache.full(side.backend(), 1, spec.kvHeads(), spec.headDim(), positions, bytes -> {});
        cache.reserve(positions);
        return cache;
    }

    @Test
    protected void tokensGoToTheirBestExperts() {
        Tensor scores = tested().tensor(new float[] {1, 3, 3, 2, -1, -5, -4, -1}, 4);
        Routing routing = tested().ops().route(scores, 2);
        assertArrayEquals(new int[] {1, 2, 0, 3}, routing.experts());
        assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, routing.shares());
        assertArrayEquals(new int[] {3}, routing.entries(3));
        float[] shares = tested().ops().route(scores, 3).shares();
        assertEquals(1 / (2 + Math.exp(-1)), shares[0], 1e-7);
        assertEquals(Math.exp(-3) / (2 + Math.exp(-3)), shares[5], 1e-7);
        assertThrows(IllegalArgumentException.class, () -> tested().ops().route(scores, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 33, 5000})
    protected void rowsOfChosenTokens(int columns) {
        float[] values = Side.random(1, 7 * columns);
        int[] rows = {6, 0, 3};
        float[] factors = {0.3f, -2, 0};
        same(0, "gather", side -> {
            Tensor chosen = side.zeros(3, columns);
            side.ops().gather(side.tensor(values, columns), rows, chosen);
            return side.floats(chosen);
        });
        float[] chosen = Side.random(4, 3 * columns);
        verb(7, columns, 1e-6, (s, sum) -> s.ops().addRows(s.tensor(chosen, columns), rows, factors, sum));
        verb(7, columns, 0, (s, x) -> s.ops().clear(x));
        verb(7, columns, 0, (s, x) -> s.ops().clear(x.rows(2, 4)));
        Tensor x = tested().zeros(7, columns);
        assertThrows(
                IllegalArgumentException.class,
                () -> tested().ops().gather(x, new int[] {1, 2, 7}, tested().zeros(3, columns)));
    }

    @Test
    protected void storedKeysAndValuesAreWhereTheReferencePutsThem() {
        var spec = AttentionSpec.of(4, 2, 24);
        for (boolean keys : new boolean[] {true, false}) {
            same(0, keys ? "keys" : "values", side -> {
                try (KvCache cache = cache(side, spec, 130)) {
                    Tensor k = side.tensor(Side.random(1, 70 * 48), 48);
                    Tensor v = side.tensor(Side.random(2, 70 * 48), 48);
                    side.ops().store(k, v, cache.view(0), spec, 60);
                    KvView view = cache.view(0);
                    return side.floats((keys ? view.keys() : view.values()).get(1));
                }
            });
        }
    }

    @Test
    protected void copiesAreOfAsManyBytes() {
        Tensor tensor = tested().zeros(2, 3);
        assertThrows(IllegalArgumentException.class, () -> tested().backend().write(new float[5], tensor));
        assertThrows(IllegalArgumentException.class, () -> tested().backend().read(tensor, new float[7]));
        tested().backend().write(new float[] {1, 2, 3}, tensor.rows(1, 2));
        assertArrayEquals(new float[] {0, 0, 0, 1, 2, 3}, tested().floats(tensor));
    }

    @Test
    protected void wrongShapesAreRefusedBeforeMemoryIsTouched() {
        var spec = AttentionSpec.of(2, 2, 8);
        Ops ops = tested().ops();
        try (Weight weight = weight(tested(), Side.random(1, 32 * 64), 64, new Fp32())) {
            Weight[] w = {weight};
            refused(() -> ops.matmul(tested().zeros(1, 32), w, new Tensor[] {tested().zeros(1, 32)}));
            refused(() -> ops.matmul(tested().zeros(1, 64), w, new Tensor[] {tested().zeros(1, 31)}));
            refused(() -> ops.embed(weight, new int[] {32}, tested().zeros(1, 64)));
            refused(() -> ops.embed(weight, new int[] {-1}, tested().zeros(1, 64)));
        }
        try (KvCache cache = cache(tested(), spec, 64)) {
            KvView view = cache.view(0);
            refused(() -> ops.attention(tested().zeros(2, 16), view, spec, 63, tested().zeros(2, 16)));
            refused(() -> ops.store(tested().zeros(1, 16), tested().zeros(1, 16), view, spec, 64));
        }
        refused(() -> ops.rmsNorm(tested().zeros(1, 9), tested().zeros(1, 8), 0, tested().zeros(1, 9)));
    }

    private static void refused(Runnable call) {
        assertThrows(IllegalArgumentException.class, call::run);
    }

    @Test
    protected void theLedgerKnowsEveryByteAndGetsItBack() {
        try (Weight weight = weight(tested(), Side.random(1, 64 * 64), 64, new SymInt4())) {
            assertEquals(weight.bytes(), ledger().snapshot().weights().get("sym_int4"));
            assertEquals(new SymInt4().bytes(64 * 64), weight.bytes());
        }
        assertEquals(0, ledger().snapshot().weightBytes());
    }

    /** A verb that changes a tensor of a side. */
    private interface Verb {
        void apply(Side side, Tensor x);
    }

    private void verb(int tokens, int columns, double tolerance, Verb verb) {
        float[] values = Side.random(1, tokens * columns);
        same(tolerance, tokens + "x" + columns, side -> {
            Tensor x = side.tensor(values, columns);
            verb.apply(side, x);
            return side.floats(x);
        });
    }

    private static Weight weight(Side side, float[] values, int columns, DType dtype) {
        try (Arena arena = Arena.ofShared()) {
            var host = new Tensor(
                    new Shape(values.length / columns, columns),
                    new Fp32(),
                    arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
            return side.backend().weight(host, dtype);
        }
    }

    private void same(double tolerance, String what, Function<Side, float[]> run) {
        assertClose(run.apply(reference()), run.apply(tested()), tolerance, what);
    }

    private static void assertClose(float[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
            if (!(Math.abs(expected[i] - actual[i]) <= allowed)) {
                assertEquals(expected[i], actual[i], (float) allowed, what + ", value " + i);
            }
        }
    }
}
