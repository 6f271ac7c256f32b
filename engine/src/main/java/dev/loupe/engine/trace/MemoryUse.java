package dev.loupe.engine.trace;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Native memory in use, in bytes, as the ledger counted it at one moment.
 *
 * @param weights by dtype id, in the order first seen
 * @param cache keys and values of the session
 * @param scratch activations and work space of the backend
 * @param mapped bytes of files mapped but not copied (page cache, not owned)
 */
public record MemoryUse(Map<String, Long> weights, long cache, long scratch, long mapped) {
    public MemoryUse {
        weights = new LinkedHashMap<>(weights);
    }

    /** Bytes of all weights. */
    public long weightBytes() {
        return weights.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes owned: weights, cache and scratch. */
    public long total() {
        return weightBytes() + cache + scratch;
    }
}
