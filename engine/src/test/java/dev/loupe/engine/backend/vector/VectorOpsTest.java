package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.dtype.AsymInt4;
import dev.loupe.engine.dtype.AsymInt5;
import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt5;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.ops.Activation;
import dev.loupe.engine.ops.Alibi;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.ops.RopeTable;
import dev.loupe.engine.ops.Routing;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every verb of the Vector backend against {@code ReferenceOps}; the build runs this at 128, 256 and 512 bits. */
class VectorOpsTest {
    private final MemoryLedger ledger = new MemoryLedger();
    private final Random random = new Random(42);
    private Backend vector;
    private Backend reference;
    private Backend.Memory memory;

    @BeforeEach
    void open() {
        vector = new VectorBackend(3, ledger, new Cancellation());
        reference = new ReferenceBackend(new MemoryLedger());
        memory = vector.memory(bytes -> {});
    }

    @AfterEach
    void close() {
        memory.close();
        vector.close();
        reference.close();
    }

    static Stream<DType> dtypes() {
        return Stream.of(
                new Fp32(),
                new Fp16(),
                new Bf16(),
                new SymInt8(),
                new SymInt4(),
                new AsymInt4(),
                new SymInt5(),
                new AsymInt5());
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void productsOfEveryShape(DType dtype) {
        int[][] shapes = {{1, 32}, {31, 96}, {32, 64}, {33, 1056}, {65, 160}, {200, 2336}};
        for (int[] shape : shapes) {
            for (int tokens : new int[] {1, 2, 7, 8, 9, 17}) {
                checkProduct(dtype, shape[0], shape[1], tokens);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 33, 1025})
    void productsOfColumnsThatNoVectorDivides(int columns) {
        for (DType dtype : List.of(new Fp32(), new Fp16(), new Bf16())) {
            checkProduct(dtype, 35, columns, 1);
            checkProduct(dtype, 35, columns, 5);
        }
    }

    private void checkProduct(DType dtype, int rows, int columns, int tokens) {
        Tensor host = tensor(rows, columns);
        Tensor x = tensor(tokens, columns);
        try (Weight fast = vector.weight(host, dtype);
                Weight plain = reference.weight(host, dtype)) {
            String what = "%s %dx%d, %d tokens".formatted(dtype.id(), rows, columns, tokens);
            Tensor expected = zeros(tokens, rows);
            Tensor actual = zeros(tokens, rows);
            reference.ops().matmul(x, new Weight[] {plain}, new Tensor[] {expected});
            vector.ops().matmul(x, new Weight[] {fast}, new Tensor[] {actual});
            assertClose(expected, actual, 1e-5 * Math.sqrt(columns), what);
        }
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void aBatchGivesTheBitsOfSingleTokens(DType dtype) {
        Tensor host = tensor(70, 1312);
        Tensor x = tensor(11, 1312);
        try (Weight weight = vector.weight(host, dtype)) {
            Tensor batch = zeros(11, 70);
            vector.ops().matmul(x, new Weight[] {weight}, new Tensor[] {batch});
            for (int t = 0; t < 11; t++) {
                Tensor single = zeros(1, 70);
                vector.ops().matmul(x.rows(t, t + 1), new Weight[] {weight}, new Tensor[] {single});
                assertArrayEquals(floats(batch.rows(t, t + 1)), floats(single), dtype.id() + " token " + t);
            }
        }
    }

    @Test
    void severalMatricesAtOnce() {
        Tensor x = tensor(1, 64);
        try (Weight a = vector.weight(tensor(40, 64), new SymInt4());
                Weight b = vector.weight(tensor(100, 64), new Fp16());
                Weight c = vector.weight(tensor(3, 64), new SymInt8())) {
            Tensor[] together = {zeros(1, 40), zeros(1, 100), zeros(1, 3)};
            vector.ops().matmul(x, new Weight[] {a, b, c}, together);
            Weight[] each = {a, b, c};
            for (int i = 0; i < each.length; i++) {
                Tensor alone = zeros(1, each[i].rows());
                vector.ops().matmul(x, new Weight[] {each[i]}, new Tensor[] {alone});
                assertArrayEquals(floats(alone), floats(together[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void embeddings(DType dtype) {
        Tensor host = tensor(67, 1056);
        try (Weight fast = vector.weight(host, dtype);
                Weight plain = reference.weight(host, dtype)) {
            int[] ids = {0, 31, 32, 66, 5, 5};
            Tensor expected = zeros(ids.length, 1056);
            Tensor actual = zeros(ids.length, 1056);
            reference.ops().embed(plain, ids, expected);
            vector.ops().embed(fast, ids, actual);
            assertClose(expected, actual, 1e-6, dtype.id());
        }
    }

    @Test
    void halvesOfEveryKind() {
        float[] values = {0f, -0f, 0x1p-24f, -0x1p-24f, 0x1.ffp-15f, 0x1p-14f, 1f, -1.5f, 65504f, 1e-5f};
        Tensor host = zeros(1, values.length);
        MemorySegment.copy(values, 0, host.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
        try (Weight weight = vector.weight(host, new Fp16())) {
            Tensor out = zeros(1, values.length);
            vector.ops().embed(weight, new int[] {0}, out);
            float[] actual = floats(out);
            for (int i = 0; i < values.length; i++) {
                assertEquals(Float.float16ToFloat(Float.floatToFloat16(values[i])), actual[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 33, 576, 9001})
    void elementByElement(int columns) {
        for (int tokens : new int[] {1, 4}) {
            Tensor weight = tensor(1, columns);
            Tensor other = tensor(tokens, columns);
            same(tokens, columns, 1e-5, (ops, x) -> ops.rmsNorm(x, weight, 1e-5f, x));
            same(tokens, columns, 1e-6, (ops, x) -> ops.addBias(x, weight));
            same(tokens, columns, 1e-6, (ops, x) -> ops.add(x, other));
            same(tokens, columns, 1e-6, (ops, x) -> ops.scale(x, 0.37f));
            same(tokens, columns, 1e-5, (ops, x) -> ops.softcap(x, 1.5f));
            same(tokens, columns, 1e-5, (ops, x) -> ops.gatedUnit(Activation.SILU, x, other, x));
            same(tokens, columns, 1e-5, (ops, x) -> ops.gatedUnit(Activation.GELU_TANH, x, other, x));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 80})
    void rotaryPositions(int headDim) {
        for (RopeTable table :
                List.of(RopeTable.of(headDim, 10_000), RopeTable.of(Math.max(2, headDim / 4 * 2), 5e5))) {
            same(3, 5 * headDim, 1e-5, (ops, x) -> ops.rope(x, 5, headDim, table, 8190));
        }
    }

    @Test
    void attentionOfEveryKind() {
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
        KvView cache = cache(spec, positions);
        Tensor keys = tensor(positions, spec.kvHeads() * spec.headDim());
        Tensor values = tensor(positions, spec.kvHeads() * spec.headDim());
        vector.ops().store(keys, values, cache, spec, 0);
        for (int first : new int[] {0, 1, 31, 32, 100, positions - 1}) {
            int tokens = positions - first;
            Tensor q = tensor(tokens, spec.heads() * spec.headDim());
            Tensor expected = zeros(tokens, spec.heads() * spec.headDim());
            Tensor actual = zeros(tokens, spec.heads() * spec.headDim());
            reference.ops().attention(q, cache, spec, first, expected);
            vector.ops().attention(q, cache, spec, first, actual);
            assertClose(expected, actual, 1e-5, spec + " from " + first);
            Tensor single = zeros(1, spec.heads() * spec.headDim());
            vector.ops().attention(q.rows(tokens - 1, tokens), cache, spec, positions - 1, single);
            assertArrayEquals(floats(actual.rows(tokens - 1, tokens)), floats(single), "the last token alone");
        }
    }

    /** Trap 20. */
    @Test
    void slopesOfHeadCountsThatAreNoPowerOfTwo() {
        float[] four = {0.25f, 0.0625f, 0.015625f, 0.00390625f};
        float[] twoMore = {0.5f, 0.125f};
        for (int h = 0; h < 6; h++) {
            assertEquals(h < 4 ? four[h] : twoMore[h - 4], Alibi.of(6).slope(h));
        }
        assertEquals(0.00390625f, Alibi.of(40).slope(31));
        assertEquals((float) Math.pow(2, -0.125 * 15), Alibi.of(40).slope(39));
    }

    @Test
    void tokensGoToTheirBestExperts() {
        Tensor scores = zeros(2, 4);
        float[] values = {1, 3, 3, 2, -1, -5, -4, -1};
        MemorySegment.copy(values, 0, scores.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
        Routing routing = vector.ops().route(scores, 2);
        assertArrayEquals(new int[] {1, 2, 0, 3}, routing.experts());
        assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, routing.shares());
        assertArrayEquals(new int[] {3}, routing.entries(3));
        float[] shares = vector.ops().route(scores, 3).shares();
        assertEquals(1 / (2 + Math.exp(-1)), shares[0], 1e-7);
        assertEquals(Math.exp(-3) / (2 + Math.exp(-3)), shares[5], 1e-7);
        assertThrows(IllegalArgumentException.class, () -> vector.ops().route(scores, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 33, 5000})
    void rowsOfChosenTokens(int columns) {
        Tensor x = tensor(7, columns);
        int[] rows = {6, 0, 3};
        Tensor chosen = zeros(3, columns);
        vector.ops().gather(x, rows, chosen);
        for (int i = 0; i < rows.length; i++) {
            assertArrayEquals(floats(x.rows(rows[i], rows[i] + 1)), floats(chosen.rows(i, i + 1)));
        }
        float[] factors = {0.3f, -2, 0};
        same(7, columns, 1e-6, (ops, sum) -> ops.addRows(chosen, rows, factors, sum));
        vector.ops().clear(x);
        assertArrayEquals(new float[7 * columns], floats(x));
        assertThrows(IllegalArgumentException.class, () -> vector.ops().gather(x, new int[] {1, 2, 7}, chosen));
    }

    @Test
    void storedKeysAndValuesAreWhereTheReferencePutsThem() {
        var spec = AttentionSpec.of(4, 2, 24);
        KvView expected = cache(spec, 130);
        KvView actual = cache(spec, 130);
        Tensor keys = tensor(70, 48);
        Tensor values = tensor(70, 48);
        reference.ops().store(keys, values, expected, spec, 60);
        vector.ops().store(keys, values, actual, spec, 60);
        for (int page = 0; page < expected.keys().size(); page++) {
            assertArrayEquals(
                    floats(expected.keys().get(page)), floats(actual.keys().get(page)));
            assertArrayEquals(
                    floats(expected.values().get(page)), floats(actual.values().get(page)));
        }
    }

    @Test
    void wrongShapesAreRefusedBeforeMemoryIsTouched() {
        var spec = AttentionSpec.of(2, 2, 8);
        KvView cache = cache(spec, 64);
        Ops ops = vector.ops();
        try (Weight weight = vector.weight(tensor(32, 64), new Fp32())) {
            Weight[] w = {weight};
            assertThrows(
                    IllegalArgumentException.class, () -> ops.matmul(zeros(1, 32), w, new Tensor[] {zeros(1, 32)}));
            assertThrows(
                    IllegalArgumentException.class, () -> ops.matmul(zeros(1, 64), w, new Tensor[] {zeros(1, 31)}));
            assertThrows(IllegalArgumentException.class, () -> ops.embed(weight, new int[] {32}, zeros(1, 64)));
            assertThrows(IllegalArgumentException.class, () -> ops.embed(weight, new int[] {-1}, zeros(1, 64)));
        }
        assertThrows(IllegalArgumentException.class, () -> ops.attention(zeros(2, 16), cache, spec, 63, zeros(2, 16)));
        assertThrows(IllegalArgumentException.class, () -> ops.store(zeros(1, 16), zeros(1, 16), cache, spec, 64));
        assertThrows(IllegalArgumentException.class, () -> ops.rmsNorm(zeros(1, 9), zeros(1, 8), 0, zeros(1, 9)));
    }

    @Test
    void theLedgerKnowsEveryByteAndGetsItBack() {
        try (Weight weight = vector.weight(tensor(64, 64), new SymInt4())) {
            assertEquals(weight.bytes(), ledger.snapshot().weights().get("sym_int4"));
            assertEquals(new SymInt4().bytes(64 * 64), weight.bytes());
        }
        assertEquals(0, ledger.snapshot().weightBytes());
    }

    private void same(int tokens, int columns, double tolerance, BiConsumer<Ops, Tensor> verb) {
        Tensor expected = tensor(tokens, columns);
        Tensor actual = zeros(tokens, columns);
        actual.data().copyFrom(expected.data());
        verb.accept(reference.ops(), expected);
        verb.accept(vector.ops(), actual);
        assertClose(expected, actual, tolerance, tokens + "x" + columns);
    }

    private KvView cache(AttentionSpec spec, int positions) {
        var keys = new ArrayList<Tensor>();
        var values = new ArrayList<Tensor>();
        for (int p = 0; p < positions; p += 64) {
            keys.add(memory.allocate(new Shape(spec.kvHeads(), spec.headDim(), 64)));
            values.add(memory.allocate(new Shape(spec.kvHeads(), 64, spec.headDim())));
        }
        return new KvView(keys, values, 64);
    }

    private Tensor zeros(int rows, int columns) {
        return memory.allocate(new Shape(rows, columns));
    }

    private Tensor tensor(int rows, int columns) {
        Tensor tensor = zeros(rows, columns);
        for (long i = 0; i < tensor.shape().elements(); i++) {
            tensor.data().set(ValueLayout.JAVA_FLOAT, 4 * i, (float) random.nextGaussian());
        }
        return tensor;
    }

    private static float[] floats(Tensor tensor) {
        return tensor.data().asSlice(0, tensor.bytes()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static void assertClose(Tensor expected, Tensor actual, double tolerance, String what) {
        float[] e = floats(expected);
        float[] a = floats(actual);
        for (int i = 0; i < e.length; i++) {
            double allowed = tolerance * Math.max(1, Math.abs(e[i]));
            if (!(Math.abs(e[i] - a[i]) <= allowed)) {
                assertEquals(e[i], a[i], (float) allowed, what + ", value " + i);
            }
        }
    }
}
