package dev.loupe.engine.ops;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.tensor.Tensor;
import java.util.List;

/**
 * Keys and values of one layer: slots in pages of {@code pageTokens}. Slot s is in page s / pageTokens, at s %
 * pageTokens.
 *
 * <p>In a dtype without blocks (fp32, fp16), keys lie slot by slot within a dimension, so that the scores of
 * neighbouring keys are computed side by side: a page of keys is (kvHeads, headDim, pageTokens). Values, and keys in a
 * dtype with blocks, lie dimension by dimension within a slot: (kvHeads, pageTokens, headDim).
 *
 * <p>Invariant: pages that hold nothing that a query of this call may see can be null; all others of a list have one
 * dtype.
 *
 * @param keys pages
 * @param values pages, of another dtype perhaps
 * @param pageTokens slots in a page
 * @param slots the positions that they hold
 * @param selection what may be read; null for everything
 */
public record KvView(List<Tensor> keys, List<Tensor> values, int pageTokens, Slots slots, Selection selection) {
    /** Slot p holds position p, and everything may be read. */
    public KvView(List<Tensor> keys, List<Tensor> values, int pageTokens) {
        this(keys, values, pageTokens, Slots.byPosition(), null);
    }

    /** The same, of which only a part may be read. */
    public KvView with(Selection selection) {
        return new KvView(keys, values, pageTokens, slots, selection);
    }

    /** Whether a query sees a slot. */
    public boolean sees(Mask mask, int position, int kvHead, int slot) {
        return mask.sees(position, slots.position(kvHead, slot)) && (selection == null || selection.has(kvHead, slot));
    }

    /** Whether keys in this dtype lie slot by slot within a dimension. */
    public static boolean byDimension(DType keys) {
        return keys.blockElements() == 1;
    }

    /** dtype of pages; fp32 if there are none. */
    public static DType dtype(List<Tensor> pages) {
        for (Tensor page : pages.reversed()) { // the first ones may be gone
            if (page != null) {
                return page.dtype();
            }
        }
        return new Fp32();
    }
}
