package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.CacheContract;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;

/** Caches of every kind on the cpu. */
class VectorCacheTest extends CacheContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return new VectorBackend(2, ledger, new Cancellation());
    }
}
