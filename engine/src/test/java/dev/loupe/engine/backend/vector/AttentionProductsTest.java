package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.ReferenceOps;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The products of attention by machine code, where there is some, against those by the Vector API. */
class AttentionProductsTest {
    private static final int PAGE = 128;
    private static final int BLOCK = AttentionProducts.BLOCK;
    private static final int STRIDE = AttentionProducts.STRIDE;

    private final Random random = new Random(7);

    static Stream<Arguments> shapes() {
        return Stream.of(new Fp32(), new Fp16(), new Bf16(), new SymInt8(), new SymInt4())
                .flatMap(dtype -> Stream.of(32, 64, 96, 128, 256).map(headDim -> Arguments.of(dtype, headDim)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void machineCodeHasTheBitsOfLoops(DType dtype, int headDim) {
        assumeUsed();
        var spec = AttentionSpec.of(4, 2, headDim);
        KvView cache = cache(spec, dtype);
        for (int queries = 1; queries <= BLOCK; queries++) {
            Floats packed = noise(2 * BLOCK * headDim);
            Floats weights = noise(BLOCK * STRIDE);
            Floats sums = noise((BLOCK + 1) * headDim);
            int low = random.nextInt(20);
            int high = 21 + random.nextInt(11);
            Result loops = run(new AttentionLoops(), cache, spec, queries, packed, weights, sums, low, high);
            Result calls = run(new AttentionCalls(), cache, spec, queries, packed, weights, sums, low, high);
            String what = dtype.id() + ", " + queries + " queries of " + headDim;
            assertArrayEquals(loops.scores, calls.scores, "scores, " + what);
            assertArrayEquals(loops.values, calls.values, "values, " + what);
        }
    }

    private record Result(float[] scores, float[] values) {}

    /** Second head, from the second tile of the second page on, tile by tile or as many at once as there are. */
    private Result run(
            AttentionProducts products,
            KvView cache,
            AttentionSpec spec,
            int queries,
            Floats packed,
            Floats weights,
            Floats sums,
            int low,
            int high) {
        products.over(cache, spec);
        int dim = spec.headDim();
        Floats scores = new Floats().room((BLOCK + 1) * STRIDE);
        Floats out = new Floats().room(sums.array().length);
        System.arraycopy(sums.array(), 0, out.array(), 0, sums.array().length);
        int first = PAGE + Visible.KEYS;
        for (int slot = first; slot < 2 * PAGE; ) {
            int tiles = products.keys(1, slot, 2 * PAGE);
            products.scores(packed, BLOCK * dim, queries, tiles, scores, 5 + slot - first);
            slot += tiles * Visible.KEYS;
        }
        for (int slot = first; slot < 2 * PAGE; ) {
            int tiles = products.values(1, slot);
            int end = tiles * Visible.KEYS;
            products.weigh(weights, slot - first, queries, 0, end, out, dim);
            slot += end;
        }
        products.values(1, first);
        products.weigh(weights, 3, queries, low, high, out, dim);
        int seen = 2 * PAGE - first;
        var rows = new float[queries * seen];
        for (int q = 0; q < queries; q++) {
            System.arraycopy(scores.array(), 5 + q * STRIDE, rows, q * seen, seen);
        }
        return new Result(rows, Arrays.copyOfRange(out.array(), 0, (queries + 1) * dim));
    }

    @Test
    void memoryThatIsTooSmallIsRefusedBeforeItIsRead() {
        assumeUsed();
        var spec = AttentionSpec.of(4, 2, 64);
        var calls = new AttentionCalls().over(cache(spec, new Fp16()), spec);
        Floats block = noise(BLOCK * 64);
        Floats scores = noise(BLOCK * STRIDE);
        assertEquals(2, calls.keys(1, 64, 128));
        assertRefused(() -> calls.scores(block, 0, 12, 0, scores, 0));
        assertRefused(() -> calls.scores(block, 0, 12, 3, scores, 0));
        assertRefused(() -> calls.scores(block, 1, 12, 2, scores, 0));
        assertRefused(() -> calls.scores(block, 0, 12, 2, scores, STRIDE - 63));
        assertRefused(() -> calls.scores(block, 0, 13, 2, scores, 0));
        assertEquals(2, calls.values(1, 64));
        assertRefused(() -> calls.weigh(scores, 0, 12, 9, 9, block, 0));
        assertRefused(() -> calls.weigh(scores, 0, 12, 0, 65, block, 0));
        assertRefused(() -> calls.weigh(scores, STRIDE - 63, 12, 0, 64, block, 0));
        assertRefused(() -> calls.weigh(scores, 0, 12, 0, 64, block, 1));
    }

    private static void assertRefused(Runnable call) {
        assertThrows(IndexOutOfBoundsException.class, call::run);
    }

    private static void assumeUsed() {
        Assumptions.assumeTrue(AttentionCalls.used(), "skipped: no AVX-512, not on Linux, or turned off");
    }

    private Floats noise(int size) {
        Floats floats = new Floats().room(size);
        for (int i = 0; i < size; i++) {
            floats.array()[i] = (float) random.nextGaussian();
        }
        return floats;
    }

    private KvView cache(AttentionSpec spec, DType dtype) {
        Shape byKey = new Shape(spec.kvHeads(), PAGE, spec.headDim());
        Shape keys = KvView.byDimension(dtype) ? new Shape(spec.kvHeads(), spec.headDim(), PAGE) : byKey;
        var cache = new KvView(
                List.of(zeros(keys, dtype), zeros(keys, dtype)),
                List.of(zeros(byKey, dtype), zeros(byKey, dtype)),
                PAGE);
        new ReferenceOps().store(rows(spec), rows(spec), cache, spec, 0);
        return cache;
    }

    private Tensor rows(AttentionSpec spec) {
        Tensor tensor = zeros(new Shape(2 * PAGE, spec.kvHeads() * spec.headDim()), new Fp32());
        for (long i = 0; i < tensor.shape().elements(); i++) {
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return tensor;
    }

    private static Tensor zeros(Shape shape, DType dtype) {
        return new Tensor(shape, dtype, Arena.ofAuto().allocate(dtype.bytes(shape.elements()), 64));
    }
}
