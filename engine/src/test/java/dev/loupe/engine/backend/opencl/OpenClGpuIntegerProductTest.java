package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.IntegerProductContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Activations in signed bytes by the kernels as they are compiled for GPUs. */
class OpenClGpuIntegerProductTest extends IntegerProductContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.openAsGpu(ledger);
    }
}
