package dev.loupe.engine.tensor;

import dev.loupe.engine.LoupeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * Native memory of this machine, taken piece by piece and given back as a whole.
 *
 * <p>Invariant: the ledger hears of every byte once when it is taken and once when it is given back. Pieces are zeroed
 * and aligned to a cache line; use after {@link #close()} throws and never crashes.
 */
public final class HostMemory implements AutoCloseable {
    private static final long CACHE_LINE = 64;

    private final Arena arena = Arena.ofShared();
    private final LongConsumer ledger;
    private final Source source;
    private long bytes;

    /** Where the bytes come from. */
    public interface Source {
        /** The C library's heap. */
        Source HEAP = (size, arena) -> arena.allocate(size, CACHE_LINE);

        /** Zeroed bytes, at least one, aligned to a cache line, until the arena is closed. */
        MemorySegment allocate(long size, Arena arena);
    }

    public HostMemory(LongConsumer ledger) {
        this(ledger, Source.HEAP);
    }

    public HostMemory(LongConsumer ledger, Source source) {
        this.ledger = ledger;
        this.source = source;
    }

    /** Zeroed bytes. */
    public MemorySegment allocate(long size) {
        try {
            MemorySegment segment = source.allocate(Math.max(size, 1), arena);
            bytes += size;
            ledger.accept(size);
            return segment;
        } catch (OutOfMemoryError e) {
            throw new LoupeException(
                    "The system has no %,d MiB of memory left; close other programs or choose a smaller dtype."
                            .formatted(size >> 20),
                    e);
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            ledger.accept(-bytes);
        }
    }
}
