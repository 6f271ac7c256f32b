package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.dtype.SymInt8;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a cache's view, its slots and a selection mean, by the oracle. */
class AttentionContractTest {
    private static final int LENGTH = 70;
    private static final AttentionSpec SPEC = AttentionSpec.of(4, 2, 32);

    private final Random random = new Random(7);
    private final ReferenceOps ops = new ReferenceOps();
    private final Tensor keys = random(LENGTH, 64);
    private final Tensor values = random(LENGTH, 64);
    private final Tensor q = random(1, 128);

    @Test
    void weightsTimesValuesIsAttention() {
        KvView cache = filled(new Fp32(), new Fp32());
        Tensor weights = zeros(4, LENGTH);
        ops.attentionWeights(q, cache, SPEC, LENGTH - 1, weights);
        for (float[] row : rows(weights)) {
            double sum = 0;
            for (float w : row) {
                sum += w;
            }
            assertEquals(1, sum, 1e-6);
        }
        Tensor out = zeros(1, 128);
        ops.weightedValues(weights, cache, SPEC, out);
        assertArrayEquals(attended(cache, SPEC), rows(out)[0], 1e-6f);
    }

    @Test
    void sinksStayInSightOfAWindow() {
        KvView cache = filled(new Fp32(), new Fp32());
        Tensor weights = zeros(4, LENGTH);
        ops.attentionWeights(q, cache, SPEC.withMask(new Mask(10, 3)), LENGTH - 1, weights);
        float[] row = rows(weights)[0];
        for (int s = 0; s < LENGTH; s++) {
            assertEquals(s < 3 || LENGTH - 1 - s < 10, row[s] > 0, "slot " + s);
        }
    }

    @Test
    void keptSlotsAreSeenAtTheirOwnPositions() {
        var spec = SPEC.withAlibi(Alibi.of(4));
        float[] sparse = attended(select(filled(new Fp32(), new Fp32()), 1, 4, 60), spec);
        var compact = pages(new Fp32(), new Fp32(), new Slots(new int[][] {{1, 4}, {1, 4}}, 60));
        for (int position : new int[] {1, 4}) {
            ops.store(
                    keys.rows(position, position + 1),
                    values.rows(position, position + 1),
                    new KvView(compact.keys(), compact.values(), 64),
                    spec,
                    position == 1 ? 0 : 1);
        }
        ops.store(keys.rows(60, LENGTH), values.rows(60, LENGTH), compact, spec, 60);
        assertArrayEquals(sparse, attended(compact, spec), 1e-6f);
    }

    @Test
    void pagesKeepTheirDtype() {
        float[] exact = attended(filled(new Fp32(), new Fp32()), SPEC);
        assertArrayEquals(exact, attended(filled(new Fp16(), new Fp16()), SPEC), 2e-3f);
        float[] mixed = attended(filled(new SymInt8(), new Fp16()), SPEC);
        assertArrayEquals(exact, mixed, 5e-2f);
    }

    /** The view that may be read from {@code from} on, and at two slots before. */
    private static KvView select(KvView view, int first, int second, int from) {
        var slots = new BitSet();
        slots.set(first);
        slots.set(second);
        slots.set(from, LENGTH);
        return view.with(new Selection(new BitSet[] {slots, slots}));
    }

    private float[] attended(KvView cache, AttentionSpec spec) {
        Tensor out = zeros(1, 128);
        ops.attention(q, cache, spec, LENGTH - 1, out);
        return rows(out)[0];
    }

    private KvView filled(DType keyType, DType valueType) {
        KvView view = pages(keyType, valueType, Slots.byPosition());
        ops.store(keys, values, view, SPEC, 0);
        return view;
    }

    private static KvView pages(DType keyType, DType valueType, Slots slots) {
        var keyPages = new ArrayList<Tensor>();
        var valuePages = new ArrayList<Tensor>();
        for (int p = 0; p < LENGTH; p += 64) {
            keyPages.add(zeros(KvView.byDimension(keyType) ? new Shape(2, 32, 64) : new Shape(2, 64, 32), keyType));
            valuePages.add(zeros(new Shape(2, 64, 32), valueType));
        }
        return new KvView(keyPages, valuePages, 64, slots, null);
    }

    private Tensor random(int rows, int columns) {
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

    private static float[][] rows(Tensor tensor) {
        int columns = (int) tensor.shape().columns();
        var rows = new float[(int) tensor.shape().rows()][];
        for (int r = 0; r < rows.length; r++) {
            rows[r] = tensor.data().asSlice(4L * r * columns, 4L * columns).toArray(ValueLayout.JAVA_FLOAT);
        }
        return rows;
    }
}
