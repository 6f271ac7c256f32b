package dev.loupe.engine.trace;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts native memory as it is taken and given back, by part. Invariant: every allocation is entered and left once.
 */
public final class MemoryLedger {
    private final Map<String, AtomicLong> weights = new ConcurrentHashMap<>();
    private final AtomicLong cache = new AtomicLong();
    private final AtomicLong scratch = new AtomicLong();
    private final AtomicLong mapped = new AtomicLong();

    /** Adds (or with a negative number returns) bytes of weights of a dtype. */
    public void weights(String dtype, long bytes) {
        weights.computeIfAbsent(dtype, d -> new AtomicLong()).addAndGet(bytes);
    }

    public void cache(long bytes) {
        cache.addAndGet(bytes);
    }

    public void scratch(long bytes) {
        scratch.addAndGet(bytes);
    }

    public void mapped(long bytes) {
        mapped.addAndGet(bytes);
    }

    /** What is in use now; dtypes with nothing left are not listed. */
    public MemoryUse snapshot() {
        var byDtype = new TreeMap<String, Long>();
        weights.forEach((dtype, bytes) -> {
            if (bytes.get() != 0) {
                byDtype.put(dtype, bytes.get());
            }
        });
        return new MemoryUse(byDtype, cache.get(), scratch.get(), mapped.get());
    }
}
