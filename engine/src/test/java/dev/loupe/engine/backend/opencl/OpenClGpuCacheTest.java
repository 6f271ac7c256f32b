package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.CacheContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Caches of every kind by the kernels as they are compiled for GPUs. */
class OpenClGpuCacheTest extends CacheContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.openAsGpu(ledger);
    }
}
