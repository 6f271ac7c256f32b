package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.BackendContract;
import dev.loupe.engine.trace.MemoryLedger;

/** The OpenCL backend does what every backend must. */
class OpenClOpsTest extends BackendContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.open(ledger);
    }
}
