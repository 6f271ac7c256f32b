package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.CacheContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Caches of every kind on the first GPU. */
class CudaCacheTest extends CacheContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return CudaOpsTest.Gpu.open(ledger);
    }
}
