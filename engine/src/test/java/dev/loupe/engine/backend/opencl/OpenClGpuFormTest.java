package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.BackendContract;
import dev.loupe.engine.trace.MemoryLedger;

/** The kernels as they are compiled for GPUs, on whatever device there is. */
class OpenClGpuFormTest extends BackendContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.openAsGpu(ledger);
    }
}
