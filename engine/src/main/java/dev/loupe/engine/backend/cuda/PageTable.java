package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Alibi;
import dev.loupe.engine.ops.AttentionSpec;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.ops.Slots;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * The addresses of a layer's pages in device memory, so that a captured pass finds pages that were taken after it was
 * captured.
 *
 * <p>Invariant: {@link #update} before a launch, and the kernels see every page.
 */
final class PageTable {
    /** Positions in a page, as the kernels have it. */
    static final int PAGE_TOKENS = 64;

    /** In the order of the kernels' numbers. */
    private static final List<DType> KINDS =
            List.of(DTypes.FP32, DTypes.FP16, DTypes.SYM_INT8, DTypes.SYM_INT4, DTypes.BF16);

    /** The last of them that the fast kernels read. */
    private static final int FASTEST = 2;

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Runnable moved;
    private final KvView view;
    private final int keyKind;
    private final int valueKind;
    private long kept;
    private long address;
    private int capacity;
    private long[] known = {};

    PageTable(CudaDevice device, DeviceMemory memory, KvView view, Runnable moved) {
        this.device = device;
        this.memory = memory;
        this.view = view;
        this.moved = moved;
        keyKind = kind(view.keys());
        valueKind = kind(view.values());
    }

    private static int kind(List<Tensor> pages) {
        DType dtype = KvView.dtype(pages);
        int kind = KINDS.indexOf(dtype);
        if (kind < 0) {
            throw new LoupeException("A cache in %s has no kernel on cuda; use %%cache f16 or q8_0, or %%device cpu."
                    .formatted(dtype.id()));
        }
        return kind;
    }

    /** Whether there are kernels for pages of a dtype. */
    static boolean serves(DType dtype) {
        return KINDS.contains(dtype);
    }

    /**
     * Whether a query that its mask shows everything sees just the slots up to its own, so that slots can stand for
     * positions, in kernels for one dtype of keys and values.
     */
    boolean fast(AttentionSpec spec) {
        boolean bySlot = view.slots().areByPosition()
                || spec.mask().isCausal() && spec.alibi().equals(Alibi.none());
        return keyKind == valueKind && keyKind <= FASTEST && bySlot;
    }

    /** From a position to its slot, of those behind what was kept. */
    int offset() {
        return view.slots().keptCount() - view.slots().next();
    }

    /** The fast kernels' KV macro. */
    String macro() {
        return "KV=" + keyKind;
    }

    /** The macros of the kernels for every kind. */
    String[] macros() {
        return new String[] {"KEYS=" + keyKind, "VALUES=" + valueKind};
    }

    /** Bytes of a head's keys in a page of one dtype, and of its values. */
    int headBytes(int headDim) {
        return (int) KINDS.get(keyKind).bytes((long) PAGE_TOKENS * headDim);
    }

    /** Whether pages hold fp16. */
    boolean halves() {
        return keyKind == 1;
    }

    /** Address of (kvHeads, keptCount) positions in the first slots; 0 for none. */
    long kept() {
        if (kept == 0 && view.slots().keptCount() > 0) {
            int[] positions = Arrays.stream(view.slots().kept())
                    .flatMapToInt(Arrays::stream)
                    .toArray();
            kept = memory.bytes(4L * positions.length);
            device.uploadCopy(MemorySegment.ofArray(positions), kept);
        }
        return kept;
    }

    /** Words of 64 bits with one for every slot. */
    int words() {
        return view.keys().size() * PAGE_TOKENS / Long.SIZE;
    }

    Slots slots() {
        return view.slots();
    }

    /** Tells the device of pages that are new. */
    void update() {
        int pages = view.keys().size();
        long[] now = new long[2 * pages];
        addresses(view.keys(), now, 0);
        addresses(view.values(), now, pages);
        if (Arrays.equals(now, known)) {
            return;
        }
        if (pages > capacity) {
            capacity = Math.max(64, 2 * pages);
            address = memory.bytes(16L * capacity);
            moved.run();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_LONG, now);
            device.upload(host.asSlice(0, 8L * pages), keys());
            device.upload(host.asSlice(8L * pages, 8L * pages), values());
        }
        known = now;
    }

    private static void addresses(List<Tensor> pages, long[] out, int at) {
        for (int i = 0; i < pages.size(); i++) {
            out[at + i] = pages.get(i) == null ? 0 : pages.get(i).data().address();
        }
    }

    /** Address of the addresses of the pages of keys. */
    long keys() {
        return address;
    }

    /** Address of the addresses of the pages of values. */
    long values() {
        return address + 8L * capacity;
    }
}
