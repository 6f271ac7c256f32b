package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What every backend must do with caches that are not plain, as {@link ReferenceOps} does it: other dtypes, sinks,
 * slots kept, slots chosen, pages lost, and attention written out.
 */
public abstract class CacheContract extends BesideReference {
    private static final int LENGTH = 150;
    private static final AttentionSpec SPEC = AttentionSpec.of(4, 2, 64);

    /** What a query may see, and where its keys and values lie. */
    private record Case(DType keys, DType values, Slots slots, Selection selection, AttentionSpec spec, boolean lost) {
        Case(String keys, String values, AttentionSpec spec, boolean lost) {
            this(DTypes.parse(keys), DTypes.parse(values), Slots.byPosition(), null, spec, lost);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "fp32,fp32",
        "fp16,fp16",
        "bf16,bf16",
        "bf16,sym_int8",
        "sym_int8,sym_int8",
        "sym_int4,sym_int4",
        "sym_int8,sym_int4",
        "fp16,sym_int4",
        "fp32,fp16"
    })
    void pagesOfEveryDtype(String keys, String values) {
        check(new Case(keys, values, SPEC, false));
        check(new Case(keys, values, SPEC.withMask(Mask.sliding(70)), true));
        check(new Case(keys, values, SPEC.withSoftcap(2), false));
        check(new Case(keys, values, AttentionSpec.of(9, 3, 32).withAlibi(Alibi.of(9)), false));
        check(new Case(keys, values, AttentionSpec.of(2, 2, 96).withMask(new Mask(20, 3)), false));
    }

    @ParameterizedTest
    @CsvSource({"fp32,fp32", "fp16,fp16", "sym_int8,sym_int8", "sym_int8,sym_int4"})
    void sinksKeptSlotsAndSelections(String keys, String values) {
        var plain = new Case(keys, values, SPEC, false);
        var kept = new Slots(new int[][] {{0, 7, 30}, {2, 3, 5}}, 40);
        check(new Case(plain.keys, plain.values, kept, null, SPEC, false));
        check(new Case(plain.keys, plain.values, kept, null, SPEC.withAlibi(Alibi.of(4)), false));
        check(new Case(plain.keys, plain.values, Slots.byPosition(), selection(), SPEC, false));
        check(new Case(
                plain.keys, plain.values, Slots.byPosition(), selection(), SPEC.withMask(Mask.sliding(60)), true));
    }

    private static Selection selection() {
        var even = new BitSet();
        for (int s = 0; s < LENGTH; s += 2) {
            even.set(s);
        }
        var some = new BitSet();
        some.set(3, 5);
        some.set(100, LENGTH);
        return new Selection(new BitSet[] {even, some});
    }

    private void check(Case c) {
        float[] expected = run(reference(), c, 2, CacheContract::attended);
        float[] actual = run(tested(), c, 2, CacheContract::attended);
        assertClose(expected, actual, c + ", attended");
        float[] last = new float[c.spec.heads() * c.spec.headDim()];
        System.arraycopy(actual, last.length, last, 0, last.length);
        assertArrayEquals(last, run(tested(), c, 1, CacheContract::attended), c + ", the last token alone");
        int many = 40;
        assertClose(
                run(reference(), c, many, CacheContract::attended),
                run(tested(), c, many, CacheContract::attended),
                c + ", many tokens");
        assertClose(
                run(reference(), c, 2, CacheContract::weights),
                run(tested(), c, 2, CacheContract::weights),
                c + ", weights");
        assertClose(expected, run(tested(), c, 2, CacheContract::weighted), c + ", weights times values");
    }

    @Test
    void movedSlotsHaveTheirBytes() {
        int[][] slots = {{1, 64, 80, 149}, {0, 2, 100, 148}};
        for (String dtypes : List.of("fp32,fp32", "fp16,sym_int4", "bf16,bf16", "sym_int8,sym_int8")) {
            String[] both = dtypes.split(",");
            var c = new Case(both[0], both[1], SPEC, false);
            Looked moved = (side, view, spec, q, first) -> {
                try (Backend.Memory memory = side.backend().memory(bytes -> {})) {
                    KvView to = pages(memory, c, 1, new Slots(slots, LENGTH));
                    side.ops().moveSlots(view, slots, to, spec);
                    Tensor out = side.zeros(1, spec.heads() * spec.headDim());
                    side.ops()
                            .store(
                                    side.tensor(Side.random(7, 128), 128),
                                    side.tensor(Side.random(8, 128), 128),
                                    to,
                                    spec,
                                    LENGTH);
                    side.ops().attention(q.rows(0, 1), to, spec, LENGTH, out);
                    return side.floats(out);
                }
            };
            assertClose(run(reference(), c, 1, moved), run(tested(), c, 1, moved), dtypes);
        }
    }

    @ParameterizedTest
    @CsvSource({"fp32", "fp16", "bf16", "sym_int8", "sym_int4"})
    void boundsOfKeysAreExact(String dtype) {
        Looked bounds = (side, view, spec, q, first) -> side.ops().keyBounds(view, spec, 16, 2, 9);
        var c = new Case(dtype, dtype, SPEC, false);
        assertArrayEquals(run(reference(), c, 1, bounds), run(tested(), c, 1, bounds));
    }

    /** What is looked at once the cache is full. */
    private interface Looked {
        float[] at(Side side, KvView view, AttentionSpec spec, Tensor q, int first);
    }

    private static float[] attended(Side side, KvView view, AttentionSpec spec, Tensor q, int first) {
        Tensor out = side.zeros((int) q.shape().rows(), spec.heads() * spec.headDim());
        side.ops().attention(q, view, spec, first, out);
        return side.floats(out);
    }

    private static Tensor weightsOf(Side side, KvView view, AttentionSpec spec, Tensor q, int first) {
        int slots = view.slots().of(first + (int) q.shape().rows());
        Tensor weights = side.zeros((int) q.shape().rows() * spec.heads(), slots);
        side.ops().attentionWeights(q, view, spec, first, weights);
        return weights;
    }

    private static float[] weights(Side side, KvView view, AttentionSpec spec, Tensor q, int first) {
        return side.floats(weightsOf(side, view, spec, q, first));
    }

    private static float[] weighted(Side side, KvView view, AttentionSpec spec, Tensor q, int first) {
        Tensor out = side.zeros((int) q.shape().rows(), spec.heads() * spec.headDim());
        side.ops().weightedValues(weightsOf(side, view, spec, q, first), view, spec, out);
        return side.floats(out);
    }

    /** The last positions look, after all were stored. */
    private static float[] run(Side side, Case c, int tokens, Looked looked) {
        AttentionSpec spec = c.spec;
        int kvColumns = spec.kvHeads() * spec.headDim();
        int columns = spec.heads() * spec.headDim();
        try (Backend.Memory memory = side.backend().memory(bytes -> {})) {
            KvView view = pages(memory, c, (LENGTH + 63) / 64, c.slots);
            Tensor k = side.tensor(Side.random(1, LENGTH * kvColumns), kvColumns);
            Tensor v = side.tensor(Side.random(2, LENGTH * kvColumns), kvColumns);
            int first = c.slots.next();
            int kept = c.slots.keptCount();
            if (kept > 0) {
                var before = new KvView(view.keys(), view.values(), 64);
                side.ops().store(k.rows(0, kept), v.rows(0, kept), before, spec, 0);
            }
            var whole = new KvView(new ArrayList<>(view.keys()), new ArrayList<>(view.values()), 64, c.slots, null);
            side.ops().store(k.rows(first, LENGTH), v.rows(first, LENGTH), whole, spec, first);
            if (c.lost) {
                whole.keys().set(0, null);
                whole.values().set(0, null);
            }
            float[] queries = Side.random(3, 40 * columns);
            var last = new float[tokens * columns];
            System.arraycopy(queries, queries.length - last.length, last, 0, last.length);
            KvView seen = c.selection == null ? whole : whole.with(c.selection);
            int from = c.lost ? LENGTH - Math.min(tokens, 14) : LENGTH - tokens;
            return looked.at(side, seen, spec, side.tensor(last, columns).rows(from - LENGTH + tokens, tokens), from);
        }
    }

    private static KvView pages(Backend.Memory memory, Case c, int pages, Slots slots) {
        AttentionSpec spec = c.spec;
        List<Tensor> keys = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        for (int p = 0; p < pages; p++) {
            keys.add(memory.allocate(
                    KvView.byDimension(c.keys)
                            ? new Shape(spec.kvHeads(), spec.headDim(), 64)
                            : new Shape(spec.kvHeads(), 64, spec.headDim()),
                    c.keys));
            values.add(memory.allocate(new Shape(spec.kvHeads(), 64, spec.headDim()), c.values));
        }
        return new KvView(keys, values, 64, slots, null);
    }

    private static void assertClose(float[] expected, float[] actual, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 2e-5, what + ", value " + i);
        }
    }
}
