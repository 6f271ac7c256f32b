package dev.loupe.engine.backend.cuda;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.TopContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Tops on the first GPU. */
class CudaTopTest extends TopContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return CudaOpsTest.Gpu.open(ledger);
    }
}
