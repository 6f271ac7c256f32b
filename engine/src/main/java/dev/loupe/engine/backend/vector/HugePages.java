package dev.loupe.engine.backend.vector;

import dev.loupe.engine.tensor.HostMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Memory for weights: pieces side by side in spans of address space for which Linux is asked to use huge pages of 2
 * MiB. With pages of 4 KiB each token waits at every page border for the address and for the prefetchers to begin anew.
 *
 * <p>Invariant: pages of a piece go back to the system when its arena is closed, and the span with its last piece.
 * Where there are no such calls, pieces are an arena's own.
 */
final class HugePages implements HostMemory.Source {
    private static final long ALIGNMENT = 64;
    private static final long SPAN = 1L << 30;

    private Span current;

    @Override
    public synchronized MemorySegment allocate(long size, Arena arena) {
        Optional<SystemPages> system = SystemPages.linux();
        if (system.isEmpty()) {
            return HostMemory.Source.HEAP.allocate(size, arena);
        }
        if (current == null || current.left() < size) {
            MemorySegment range = system.get().reserve(Math.max(SPAN, size));
            if (range.byteSize() == 0) {
                return HostMemory.Source.HEAP.allocate(size, arena);
            }
            current = new Span(system.get(), range);
        }
        return current.take(size, arena);
    }

    private final class Span {
        private final SystemPages system;
        private final MemorySegment range;
        private long taken;
        private int pieces;

        Span(SystemPages system, MemorySegment range) {
            this.system = system;
            this.range = range;
        }

        long left() {
            return range.byteSize() - taken;
        }

        MemorySegment take(long size, Arena arena) {
            MemorySegment piece = range.asSlice(taken, size);
            taken += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            pieces++;
            return MemorySegment.ofAddress(piece.address()).reinterpret(size, arena, ignored -> giveBack(piece));
        }

        private void giveBack(MemorySegment piece) {
            synchronized (HugePages.this) {
                pieces--;
                if (pieces > 0) {
                    system.empty(piece);
                    return;
                }
                if (current == this) {
                    current = null;
                }
                system.release(range);
            }
        }
    }
}
