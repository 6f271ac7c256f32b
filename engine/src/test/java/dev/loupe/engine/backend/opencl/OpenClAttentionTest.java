package dev.loupe.engine.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Mask;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.ops.Selection;
import dev.loupe.engine.ops.Side;
import dev.loupe.engine.ops.Slots;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Caches that are not plain, against {@code ReferenceOps}: other dtypes, kept slots, selections, sinks, lost pages. */
class OpenClAttentionTest {
    private static final int LENGTH = 150;
    private static final AttentionSpec SPEC = AttentionSpec.of(4, 2, 64);

    @ParameterizedTest
    @CsvSource({"fp16,fp16", "sym_int8,sym_int8", "sym_int8,sym_int4", "fp16,sym_int4", "fp32,fp16"})
    void pagesInOtherDtypes(String keys, String values) {
        same(DTypes.parse(keys), DTypes.parse(values), Slots.byPosition(), null, SPEC, false);
        same(DTypes.parse(keys), DTypes.parse(values), Slots.byPosition(), null, SPEC.withMask(Mask.sliding(70)), true);
    }

    @Test
    void sinksSelectionsAndKeptSlots() {
        var fp32 = DTypes.FP32;
        same(fp32, fp32, Slots.byPosition(), null, SPEC.withMask(new Mask(20, 3)), false);
        same(fp32, fp32, new Slots(new int[][] {{0, 7, 30}, {2, 3, 5}}, 40), null, SPEC, false);
        var even = new BitSet();
        for (int s = 0; s < LENGTH; s += 2) {
            even.set(s);
        }
        var some = new BitSet();
        some.set(3, 5);
        some.set(100, LENGTH);
        var selection = new Selection(new BitSet[] {even, some});
        same(fp32, fp32, Slots.byPosition(), selection, SPEC, false);
    }

    private static void same(
            DType keys, DType values, Slots slots, Selection selection, AttentionSpec spec, boolean firstPageLost) {
        try (var reference = new Side(new ReferenceBackend(new MemoryLedger()));
                var cpu = new Side(OpenClTests.open(new MemoryLedger()));
                var gpu = new Side(OpenClTests.openAsGpu(new MemoryLedger()))) {
            float[] expected = attended(reference, keys, values, slots, selection, spec, firstPageLost);
            for (Side side : List.of(cpu, gpu)) {
                float[] actual = attended(side, keys, values, slots, selection, spec, firstPageLost);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(
                            expected[i],
                            actual[i],
                            2e-5,
                            "%s %s %s, value %d".formatted(keys.id(), values.id(), spec.mask(), i));
                }
            }
        }
    }

    /** The last two positions attend, after all were stored. */
    private static float[] attended(
            Side side,
            DType keys,
            DType values,
            Slots slots,
            Selection selection,
            AttentionSpec spec,
            boolean firstPageLost) {
        int kvColumns = spec.kvHeads() * spec.headDim();
        int columns = spec.heads() * spec.headDim();
        try (Backend.Memory memory = side.backend().memory(bytes -> {})) {
            List<Tensor> keyPages = new ArrayList<>();
            List<Tensor> valuePages = new ArrayList<>();
            for (int p = 0; p < LENGTH; p += 64) {
                keyPages.add(memory.allocate(
                        KvView.byDimension(keys)
                                ? new Shape(spec.kvHeads(), spec.headDim(), 64)
                                : new Shape(spec.kvHeads(), 64, spec.headDim()),
                        keys));
                valuePages.add(memory.allocate(new Shape(spec.kvHeads(), 64, spec.headDim()), values));
            }
            Tensor k = side.tensor(Side.random(1, LENGTH * kvColumns), kvColumns);
            Tensor v = side.tensor(Side.random(2, LENGTH * kvColumns), kvColumns);
            int first = slots.next();
            var kept = new KvView(keyPages, valuePages, 64);
            side.ops().store(k.rows(0, slots.keptCount() + 1), v.rows(0, slots.keptCount() + 1), kept, spec, 0);
            var view = new KvView(keyPages, valuePages, 64, slots, selection);
            side.ops().store(k.rows(first, LENGTH), v.rows(first, LENGTH), view, spec, first);
            if (firstPageLost) {
                keyPages.set(0, null);
                valuePages.set(0, null);
            }
            Tensor out = side.zeros(2, columns);
            side.ops().attention(side.tensor(Side.random(3, 2 * columns), columns), view, spec, LENGTH - 2, out);
            return side.floats(out);
        }
    }
}
