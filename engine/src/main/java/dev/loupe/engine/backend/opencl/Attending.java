package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The verbs of attention: any slots, any selection, weights written out, pages in fp32, fp16, bf16, sym_int8 or
 * sym_int4.
 */
final class Attending {
    private static final int LOCAL = 64;
    private static final int WORD_BITS = 64;
    private static final List<DType> DTYPES =
            List.of(DTypes.FP32, DTypes.FP16, DTypes.BF16, DTypes.SYM_INT8, DTypes.SYM_INT4);

    private final OpenClBackend backend;
    private final ClPrograms programs;
    private final ClUploads uploads;

    Attending(OpenClBackend backend, ClPrograms programs, ClUploads uploads) {
        this.backend = backend;
        this.programs = programs;
        this.uploads = uploads;
    }

    /** keys, values (tokens, kvHeads * headDim). */
    void store(Tensor keys, Tensor values, KvView cache, AttentionSpec spec, int firstPosition) {
        var kernel = tensor(tensor(kernel(cache, "store"), keys), values);
        int elements = Math.toIntExact(keys.shape().elements());
        uploaded(kernel, uploads.upload(pages(cache)))
                .number(spec.kvHeads())
                .number(spec.headDim())
                .number(cache.pageTokens())
                .number(cache.slots().of(firstPosition));
        each(kernel, elements);
    }

    /** q, out (tokens, heads * headDim). */
    void attention(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        seen(kernel(cache, "attention"), q, cache, spec, firstPosition, out)
                .local(Float.BYTES * (long) cache.pageTokens())
                .local(Float.BYTES * (long) spec.headDim())
                .run(spec.heads(), q.shape().rows(), programs.form().lanes());
    }

    /** q (tokens, heads * headDim), weights (tokens * heads, slots). */
    void weights(Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor weights) {
        int slots = (int) weights.shape().columns();
        each(
                seen(slots(cache, "attention_scores"), q, cache, spec, firstPosition, weights)
                        .number(slots),
                weights.shape().elements());
        each(
                tensor(slots(cache, "softmax"), weights).number(slots),
                weights.shape().rows());
    }

    /** weights (tokens * heads, slots), out (tokens, heads * headDim). */
    void weightedValues(Tensor weights, KvView cache, AttentionSpec spec, Tensor out) {
        var kernel = tensor(slots(cache, "weighted_values"), weights);
        tensor(uploaded(kernel, uploads.upload(pages(cache))), out).number(spec.heads());
        each(
                shape(kernel, cache, spec).number((int) weights.shape().columns()),
                out.shape().elements());
    }

    /** Slots (kvHeads, n) to the first ones of another cache. */
    void move(KvView from, int[][] slots, KvView to, AttentionSpec spec) {
        int[] all = Arrays.stream(slots).flatMapToInt(Arrays::stream).toArray();
        var kernel = slots(from, "move_slots").buffer(backend.heap());
        uploaded(kernel, uploads.upload(all));
        uploaded(kernel, uploads.upload(pages(from)));
        uploaded(kernel, uploads.upload(pages(to)))
                .number(spec.headDim())
                .number(from.pageTokens())
                .number(slots[0].length);
        each(kernel, (long) all.length * spec.headDim());
    }

    /** Of blocks {@code from} to {@code to}: (to - from, kvHeads, 2, headDim). */
    float[] keyBounds(KvView cache, AttentionSpec spec, int block, int from, int to) {
        int rows = (to - from) * spec.kvHeads();
        try (Backend.Memory memory = backend.memory(backend::scratch)) {
            Tensor bounds = memory.allocate(new Shape(rows, 2L * spec.headDim()));
            var kernel = uploaded(slots(cache, "key_bounds"), uploads.upload(pages(cache)));
            shape(tensor(kernel, bounds), cache, spec).number(block).number(from);
            each(kernel, (long) rows * spec.headDim());
            var values = new float[Math.toIntExact(bounds.shape().elements())];
            backend.read(bounds, values);
            return values;
        }
    }

    private ClKernel seen(ClKernel kernel, Tensor q, KvView cache, AttentionSpec spec, int firstPosition, Tensor out) {
        int slots = cache.slots().of(firstPosition + (int) q.shape().rows());
        int words = cache.selection() == null ? 0 : (slots + WORD_BITS - 1) / WORD_BITS;
        tensor(kernel, q);
        uploaded(kernel, uploads.upload(pages(cache)));
        uploaded(kernel, uploads.upload(slopes(spec)));
        uploaded(kernel, uploads.upload(kept(cache)));
        uploaded(kernel, uploads.upload(selected(cache, spec.kvHeads(), words)));
        tensor(kernel, out)
                .number(cache.slots().keptCount())
                .number(cache.slots().next())
                .number(words)
                .number(spec.heads());
        return shape(kernel, cache, spec)
                .number(spec.scale())
                .number(spec.softcap())
                .number(spec.mask().window())
                .number(spec.mask().sinks())
                .number(firstPosition);
    }

    private static ClKernel shape(ClKernel kernel, KvView cache, AttentionSpec spec) {
        return kernel.number(spec.kvHeads()).number(spec.headDim()).number(cache.pageTokens());
    }

    private ClKernel kernel(KvView cache, String name) {
        return programs.pages("attention", supported(cache.keys()), supported(cache.values()), name);
    }

    private ClKernel slots(KvView cache, String name) {
        return programs.pages("slots", supported(cache.keys()), supported(cache.values()), name);
    }

    static boolean serves(DType dtype) {
        return DTYPES.contains(dtype);
    }

    private DType supported(List<Tensor> pages) {
        DType dtype = KvView.dtype(pages);
        if (!DTYPES.contains(dtype)) {
            throw new LoupeException("%s has no kernel for a cache in %s; use %%cache f16 or q8_0, or %%device cpu."
                    .formatted(backend.device(), dtype.id()));
        }
        return dtype;
    }

    /** Where the keys and values of each page are, in bytes; -1 for those that are not there. */
    private long[] pages(KvView cache) {
        int count = Math.min(cache.keys().size(), cache.values().size());
        var table = new long[2 * count];
        for (int page = 0; page < count; page++) {
            table[2 * page] = offset(cache.keys().get(page));
            table[2 * page + 1] = offset(cache.values().get(page));
        }
        return table;
    }

    private long offset(Tensor page) {
        return page == null ? -1 : backend.offset(page);
    }

    private static float[] slopes(AttentionSpec spec) {
        var slopes = new float[spec.heads()];
        for (int h = 0; h < slopes.length; h++) {
            slopes[h] = spec.alibi().slope(h);
        }
        return slopes;
    }

    /** (kvHeads, kept) positions. */
    private static int[] kept(KvView cache) {
        return Arrays.stream(cache.slots().kept()).flatMapToInt(Arrays::stream).toArray();
    }

    /** (kvHeads, words) bits. */
    private static long[] selected(KvView cache, int kvHeads, int words) {
        var bits = new long[kvHeads * words];
        for (int h = 0; words > 0 && h < kvHeads; h++) {
            long[] ofHead = cache.selection().slots()[h].toLongArray();
            System.arraycopy(ofHead, 0, bits, h * words, Math.min(words, ofHead.length));
        }
        return bits;
    }

    private static void each(ClKernel kernel, long elements) {
        kernel.number(Math.toIntExact(elements)).run((elements + LOCAL - 1) / LOCAL, LOCAL);
    }

    private ClKernel tensor(ClKernel kernel, Tensor tensor) {
        return kernel.buffer(backend.heap()).number(backend.offset(tensor));
    }

    private ClKernel uploaded(ClKernel kernel, long at) {
        return kernel.buffer(uploads.buffer()).number(at);
    }
}
