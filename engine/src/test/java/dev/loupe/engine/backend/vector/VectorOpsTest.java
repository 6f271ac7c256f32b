package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.BackendContract;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;

/** The Vector backend does what every backend must; the build runs this at 128, 256 and 512 bits. */
class VectorOpsTest extends BackendContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return new VectorBackend(3, ledger, new Cancellation());
    }
}
