package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.CacheContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Caches of every kind on an OpenCL device. */
class OpenClCacheTest extends CacheContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.open(ledger);
    }
}
