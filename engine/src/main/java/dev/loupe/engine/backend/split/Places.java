package dev.loupe.engine.backend.split;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.KvView;
import dev.loupe.engine.tensor.DeviceAddress;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Where the tensors of a {@link SplitBackend} are: each takes memory of a side when that side first has to do with it.
 *
 * <p>Invariant: a tensor's home is the side that wrote it last, and all of it that counts is there.
 */
final class Places {
    private static final long ALIGNMENT = 256;
    private static final long FIRST = 1L << 46;

    private final SplitBackend backend;
    private final TreeMap<Long, Placed> byAddress = new TreeMap<>();
    private final Map<List<Tensor>, List<Tensor>> pages = new IdentityHashMap<>();
    private long next = FIRST;

    Places(SplitBackend backend) {
        this.backend = backend;
    }

    /** A tensor that was allocated, with its memory of each side. */
    private static final class Placed {
        private final Tensor whole;
        private final Backend.Memory[] memory;
        private final Tensor[] of = new Tensor[2];
        private int home = -1;
        private boolean everywhere;

        Placed(Tensor whole, Backend.Memory[] memory) {
            this.whole = whole;
            this.memory = memory;
        }

        Tensor on(int side) {
            if (of[side] == null) {
                of[side] = memory[side].allocate(whole.shape(), whole.dtype());
            }
            return of[side];
        }
    }

    /** A new, empty region of both sides' memory. */
    Backend.Memory memory(LongConsumer ledger) {
        Backend.Memory[] both = {
            backend.side(SplitBackend.CPU).memory(ledger),
            backend.side(SplitBackend.DEVICE).memory(ledger)
        };
        var mine = new ArrayList<Long>();
        return new Backend.Memory() {
            @Override
            public Tensor allocate(Shape shape, DType dtype) {
                long bytes = dtype.bytes(shape.elements());
                long address = next;
                next += (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
                var tensor = new Tensor(shape, dtype, DeviceAddress.of(address, bytes));
                byAddress.put(address, new Placed(tensor, both));
                mine.add(address);
                return tensor;
            }

            @Override
            public void close() {
                mine.forEach(byAddress::remove);
                mine.clear();
                pages.clear();
                both[SplitBackend.CPU].close();
                both[SplitBackend.DEVICE].close();
            }
        };
    }

    private Placed placed(Tensor tensor) {
        return byAddress.floorEntry(tensor.data().address()).getValue();
    }

    /** The side that wrote a tensor last; the cpu if none did. */
    int home(Tensor tensor) {
        return Math.max(SplitBackend.CPU, placed(tensor).home);
    }

    /** The tensor on a side, which overwrites it. */
    Tensor written(Tensor tensor, int side) {
        Placed placed = placed(tensor);
        placed.home = side;
        placed.everywhere = false;
        return part(placed, tensor, side);
    }

    /** The tensor on a side, with its contents. */
    Tensor read(Tensor tensor, int side) {
        Placed placed = placed(tensor);
        if (placed.home >= 0 && placed.home != side && !placed.everywhere) {
            copy(part(placed, tensor, placed.home), placed.home, part(placed, tensor, side), side);
            placed.everywhere = tensor.bytes() == placed.whole.bytes();
        }
        return part(placed, tensor, side);
    }

    /** The tensor on a side, with its contents, which the side changes. */
    Tensor changed(Tensor tensor, int side) {
        read(tensor, side);
        return written(tensor, side);
    }

    private void copy(Tensor from, int side, Tensor to, int other) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(from.bytes(), Long.BYTES);
            backend.side(side).read(from, host);
            backend.side(other).write(host, to);
        }
    }

    private static Tensor part(Placed placed, Tensor tensor, int side) {
        Tensor whole = placed.on(side);
        long offset = tensor.data().address() - placed.whole.data().address();
        if (offset == 0 && tensor.shape().equals(whole.shape())) {
            return whole;
        }
        return new Tensor(tensor.shape(), tensor.dtype(), whole.data().asSlice(offset, tensor.bytes()));
    }

    /** The side of a layer's pages: that of the first one that was written, or {@code otherwise}. */
    int home(KvView view, int otherwise) {
        for (Tensor page : view.keys()) {
            if (page != null && placed(page).home >= 0) {
                return placed(page).home;
            }
        }
        return otherwise;
    }

    /** A layer's cache on a side. Lists of pages stay the same, as a side may know them by. */
    KvView view(KvView view, int side) {
        return new KvView(
                pages(view.keys(), side),
                pages(view.values(), side),
                view.pageTokens(),
                view.slots(),
                view.selection());
    }

    private List<Tensor> pages(List<Tensor> outer, int side) {
        List<Tensor> inner = pages.computeIfAbsent(outer, list -> new ArrayList<>());
        while (inner.size() > outer.size()) {
            inner.removeLast();
        }
        for (int i = 0; i < outer.size(); i++) {
            Tensor page = outer.get(i) == null ? null : written(outer.get(i), side);
            if (i == inner.size()) {
                inner.add(page);
            } else {
                inner.set(i, page);
            }
        }
        return inner;
    }
}
