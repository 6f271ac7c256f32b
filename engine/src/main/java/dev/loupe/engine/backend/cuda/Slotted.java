package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Selection;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Launches attention over caches of any kind ({@code slots.cu}): dtypes mixed, slots kept or chosen, weights written
 * out.
 *
 * <p>What a query may see comes from the host with every call, so these launches are never captured.
 */
final class Slotted {
    private static final int BLOCK = 128;
    private static final int WORD_BITS = 64;

    private final CudaDevice device;
    private final Inputs inputs;

    Slotted(CudaDevice device, Inputs inputs) {
        this.device = device;
        this.inputs = inputs;
    }

    /** keys, values (tokens, kvHeads * headDim). */
    void store(Tensor keys, Tensor values, PageTable pages, AttentionSpec spec, int firstPosition) {
        device.arguments().add(address(keys)).add(address(values));
        view(pages, null, spec).add(pages.slots().of(firstPosition));
        launch(pages, "store_slots", keys.shape().rows() * spec.kvHeads(), 1, 0);
    }

    /** q, out (tokens, heads * headDim). */
    void attend(
            Tensor q,
            PageTable pages,
            Selection selection,
            AttentionSpec spec,
            long slopes,
            int firstPosition,
            Tensor out) {
        device.arguments();
        query(view(pages, selection, spec), q, spec, slopes, firstPosition).add(address(out));
        launch(pages, "attend_slots", spec.heads(), q.shape().rows(), 2 * spec.headDim() * Float.BYTES);
    }

    /** weights (tokens * heads, slots). */
    void weights(
            Tensor q,
            PageTable pages,
            Selection selection,
            AttentionSpec spec,
            long slopes,
            int firstPosition,
            Tensor weights) {
        device.arguments();
        query(view(pages, selection, spec), q, spec, slopes, firstPosition)
                .add(address(weights))
                .add((int) weights.shape().columns());
        launch(pages, "attention_weights", spec.heads(), q.shape().rows(), spec.headDim() * Float.BYTES);
    }

    /** weights (tokens * heads, slots), out (tokens, heads * headDim). */
    void weightedValues(Tensor weights, PageTable pages, AttentionSpec spec, Tensor out) {
        device.arguments();
        view(pages, null, spec)
                .add(address(weights))
                .add(spec.heads())
                .add((int) weights.shape().columns())
                .add(address(out));
        launch(pages, "weighted_values", spec.heads(), out.shape().rows(), 0);
    }

    /** Slots (kvHeads, n) to the first ones of another cache. */
    void move(PageTable from, int[][] slots, PageTable to, AttentionSpec spec) {
        int count = slots[0].length;
        long rows =
                inputs.rows(Arrays.stream(slots).flatMapToInt(Arrays::stream).toArray());
        device.arguments();
        view(from, null, spec).add(rows);
        view(to, null, spec).add(count);
        launch(from, "move_slots", count, spec.kvHeads(), 0);
    }

    /** (to - from, kvHeads, 2, headDim). */
    float[] keyBounds(PageTable pages, AttentionSpec spec, int block, int from, int to) {
        var bounds = new float[(to - from) * spec.kvHeads() * 2 * spec.headDim()];
        long address = inputs.results(4L * bounds.length);
        device.arguments();
        view(pages, null, spec).add(block).add(from).add(address);
        launch(pages, "key_bounds", to - from, spec.kvHeads(), 0);
        device.download(address, MemorySegment.ofArray(bounds));
        return bounds;
    }

    private void launch(PageTable pages, String name, long x, long y, int shared) {
        Kernel kernel = device.kernels().get("slots", name, pages.macros());
        device.launch(kernel, x, Math.toIntExact(y), 1, BLOCK, shared);
    }

    private Arguments view(PageTable pages, Selection selection, AttentionSpec spec) {
        int words = 0;
        long selected = 0;
        if (selection != null) {
            words = Arrays.stream(selection.slots())
                    .mapToInt(slots -> (slots.length() + WORD_BITS - 1) / WORD_BITS)
                    .max()
                    .orElse(0);
            words = Math.max(words, pages.words());
            selected = inputs.selected(bits(selection, words));
        }
        return device.sameArguments()
                .structure()
                .field(pages.keys())
                .field(pages.values())
                .field(pages.kept())
                .field(selected)
                .field(pages.slots().keptCount())
                .field(pages.slots().next())
                .field(words)
                .field(spec.kvHeads())
                .field(spec.headDim());
    }

    /** (kvHeads, words). */
    private static long[] bits(Selection selection, int words) {
        var bits = new long[selection.slots().length * words];
        for (int h = 0; h < selection.slots().length; h++) {
            long[] ofHead = selection.slots()[h].toLongArray();
            System.arraycopy(ofHead, 0, bits, h * words, ofHead.length);
        }
        return bits;
    }

    private static Arguments query(Arguments arguments, Tensor q, AttentionSpec spec, long slopes, int position) {
        return arguments
                .structure()
                .field(address(q))
                .field(slopes)
                .field(spec.scale())
                .field(spec.softcap())
                .field(spec.mask().window())
                .field(spec.mask().sinks())
                .field(spec.heads())
                .field(position);
    }

    private static long address(Tensor tensor) {
        return tensor.data().address();
    }
}
