package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt4;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.ops.Alibi;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.ReferenceOps;
import dev.loupe.engine.ops.Selection;
import dev.loupe.engine.ops.Slots;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flash and naive attention against the oracle on shapes drawn at random, for every kind of cache. */
class AttentionShapesTest {
    private static final double TOLERANCE = 1e-4;
    private static final List<DType> DTYPES =
            List.of(new Fp32(), new Fp32(), new Fp16(), new Bf16(), new SymInt8(), new SymInt4());

    private final VectorBackend backend = new VectorBackend(2, new MemoryLedger(), new Cancellation());
    private final Ops reference = new ReferenceOps();

    @AfterEach
    void close() {
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyKindOfCacheAndSpec(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 25; i++) {
            int kvHeads = 1 + random.nextInt(3);
            int headDim = 32 * (1 + random.nextInt(3));
            var spec = AttentionSpec.of(kvHeads * (1 + random.nextInt(3)), kvHeads, headDim)
                    .withMask(mask(random))
                    .withSoftcap(random.nextInt(3) == 0 ? 2 : 0);
            spec = random.nextInt(3) == 0 ? spec.withAlibi(Alibi.of(spec.heads())) : spec;
            int length = 1 + random.nextInt(700);
            int tokens = Math.min(length, 1 + random.nextInt(20));
            Slots slots = random.nextInt(3) > 0 ? Slots.byPosition() : kept(random, kvHeads, length - tokens);
            KvView cache = cache(spec, slots, length, random, DTYPES.get(random.nextInt(DTYPES.size())));
            if (random.nextInt(3) == 0) {
                cache = cache.with(selection(random, kvHeads, slots, length, tokens));
            }
            check(
                    spec,
                    cache,
                    tokens,
                    length,
                    random,
                    "seed %d case %d: %s, %d of %d".formatted(seed, i, spec, tokens, length));
        }
    }

    private static Mask mask(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Mask.sliding(1 + random.nextInt(100));
            case 1 -> new Mask(1 + random.nextInt(100), 1 + random.nextInt(70));
            default -> Mask.causal();
        };
    }

    /** Of the positions before {@code end} some were kept, other ones in each head. */
    private static Slots kept(Random random, int kvHeads, int end) {
        int next = end == 0 ? 0 : random.nextInt(end + 1);
        int count = next == 0 ? 0 : random.nextInt(next + 1);
        var kept = new int[count == 0 ? 0 : kvHeads][];
        for (int h = 0; h < kept.length; h++) {
            kept[h] = random.ints(0, next).distinct().limit(count).sorted().toArray();
        }
        return new Slots(kept, next);
    }

    /** Most slots are hidden, none of the last tokens' own. */
    private static Selection selection(Random random, int kvHeads, Slots slots, int length, int tokens) {
        var chosen = new BitSet[kvHeads];
        for (int h = 0; h < kvHeads; h++) {
            chosen[h] = new BitSet();
            for (int s = 0; s < slots.of(length); s++) {
                chosen[h].set(s, s >= slots.of(length - tokens) || random.nextInt(60) == 0);
            }
        }
        return new Selection(chosen);
    }

    private void check(AttentionSpec spec, KvView cache, int tokens, int length, Random random, String what) {
        int first = length - tokens;
        int columns = spec.heads() * spec.headDim();
        Tensor q = random(random, tokens, columns);
        Tensor expected = zeros(tokens, columns);
        reference.attention(q, cache, spec, first, expected);
        Tensor flash = zeros(tokens, columns);
        backend.ops().attention(q, cache, spec, first, flash);
        assertArrayEquals(floats(expected), floats(flash), (float) TOLERANCE, what);

        Tensor weights = zeros(tokens * spec.heads(), cache.slots().of(length));
        backend.ops().attentionWeights(q, cache, spec, first, weights);
        Tensor naive = zeros(tokens, columns);
        backend.ops().weightedValues(weights, cache, spec, naive);
        assertArrayEquals(floats(expected), floats(naive), (float) TOLERANCE, "naive, " + what);

        Tensor last = zeros(1, columns);
        backend.ops().attention(q.rows(tokens - 1, tokens), cache, spec, length - 1, last);
        assertArrayEquals(floats(flash.rows(tokens - 1, tokens)), floats(last), "the last alone, " + what);
    }

    @Test
    void longContextsAreSplitWithoutAChangeOfBits() {
        var random = new Random(5);
        int length = 16_000;
        for (Mask mask : List.of(Mask.causal(), new Mask(5_000, 4))) {
            var spec = AttentionSpec.of(3, 1, 64).withMask(mask);
            spec = mask.isCausal() ? spec : spec.withSoftcap(3).withAlibi(Alibi.of(3));
            KvView cache = cache(spec, Slots.byPosition(), length, random, new Fp32());
            Tensor q = random(random, 40, 192);
            Tensor whole = zeros(40, 192);
            backend.ops().attention(q, cache, spec, length - 40, whole); // by blocks of tokens
            Tensor single = zeros(1, 192);
            backend.ops().attention(q.rows(39, 40), cache, spec, length - 1, single); // by spans of keys
            assertArrayEquals(floats(whole.rows(39, 40)), floats(single));
            for (int t = 0; t < 40; t += 13) { // the oracle has no room for all queries at once
                Tensor expected = zeros(1, 192);
                reference.attention(q.rows(t, t + 1), cache, spec, length - 40 + t, expected);
                assertArrayEquals(floats(expected), floats(whole.rows(t, t + 1)), (float) TOLERANCE, "query " + t);
            }
        }
    }

    @Test
    void hiddenPagesAreNeverTouched() {
        var random = new Random(6);
        var spec = AttentionSpec.of(2, 1, 32).withMask(new Mask(100, 4));
        KvView full = cache(spec, Slots.byPosition(), 1_000, random, new Fp32());
        Tensor q = random(random, 1, 64);
        Tensor expected = zeros(1, 64);
        backend.ops().attention(q, full, spec, 999, expected);
        KvView some = new KvView(new ArrayList<>(full.keys()), new ArrayList<>(full.values()), 64);
        for (int page = 1; page < 900 / 64; page++) {
            some.keys().set(page, null);
            some.values().set(page, null);
        }
        Tensor actual = zeros(1, 64);
        backend.ops().attention(q, some, spec, 999, actual);
        assertArrayEquals(floats(expected), floats(actual));
        Tensor weights = zeros(2, 1_000);
        backend.ops().attentionWeights(q, some, spec, 999, weights);
        backend.ops().weightedValues(weights, some, spec, actual);
        assertArrayEquals(floats(expected), floats(actual), 1e-5f);
        assertEquals(0, floats(weights)[500]);
        assertTrue(floats(weights)[2] > 0);
    }

    /** A cache filled with random keys and values by the oracle's store, so in the pages' dtype. */
    private KvView cache(AttentionSpec spec, Slots slots, int length, Random random, DType dtype) {
        int columns = spec.kvHeads() * spec.headDim();
        int count = slots.of(length);
        var keys = new ArrayList<Tensor>();
        var values = new ArrayList<Tensor>();
        for (int p = 0; p < count; p += 64) {
            Shape rows = new Shape(spec.kvHeads(), 64, spec.headDim());
            keys.add(zeros(KvView.byDimension(dtype) ? new Shape(spec.kvHeads(), spec.headDim(), 64) : rows, dtype));
            values.add(zeros(rows, dtype));
        }
        KvView bySlot = new KvView(keys, values, 64);
        Tensor k = random(random, count, columns);
        Tensor v = random(random, count, columns);
        reference.store(k, v, bySlot, spec, 0);
        KvView stored = new KvView(copies(keys), copies(values), 64);
        backend.ops().store(k, v, stored, spec, 0);
        for (int p = 0; p < keys.size(); p++) {
            assertEquals(-1, keys.get(p).data().mismatch(stored.keys().get(p).data()), "keys as " + dtype);
            assertEquals(
                    -1, values.get(p).data().mismatch(stored.values().get(p).data()), "values as " + dtype);
        }
        return new KvView(keys, values, 64, slots, null);
    }

    private static List<Tensor> copies(List<Tensor> pages) {
        return pages.stream().map(page -> zeros(page.shape(), page.dtype())).toList();
    }

    private static Tensor random(Random random, int rows, int columns) {
        Tensor tensor = zeros(rows, columns);
        for (long i = 0; i < tensor.shape().elements(); i++) {
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return tensor;
    }

    private static Tensor zeros(int rows, int columns) {
        return zeros(new Shape(rows, columns), new Fp32());
    }

    private static Tensor zeros(Shape shape, DType dtype) {
        return new Tensor(shape, dtype, Arena.ofAuto().allocate(dtype.bytes(shape.elements()), 64));
    }

    private static float[] floats(Tensor tensor) {
        return tensor.data().asSlice(0, tensor.bytes()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
