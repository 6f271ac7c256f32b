package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.KvView;
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

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Runnable moved;
    private final KvView view;
    private final int kind;
    private long address;
    private int capacity;
    private long[] known = {};

    PageTable(CudaDevice device, DeviceMemory memory, KvView view, Runnable moved) {
        this.device = device;
        this.memory = memory;
        this.view = view;
        this.moved = moved;
        kind = kind(view);
    }

    private static int kind(KvView view) {
        DType keys = KvView.dtype(view.keys());
        DType values = KvView.dtype(view.values());
        if (view.pageTokens() == PAGE_TOKENS && keys.equals(values)) {
            if (keys instanceof Fp32) {
                return 0;
            }
            if (keys instanceof Fp16) {
                return 1;
            }
        }
        throw new LoupeException(
                "A cache of %s keys and %s values has no kernel on cuda; use fp32 or fp16, or return with %%device cpu."
                        .formatted(keys.id(), values.id()));
    }

    /** The kernels' KV macro. */
    String macro() {
        return "KV=" + kind;
    }

    /** Whether pages hold fp16. */
    boolean halves() {
        return kind == 1;
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
