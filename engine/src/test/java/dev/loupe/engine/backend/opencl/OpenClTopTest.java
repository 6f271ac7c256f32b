package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.TopContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Tops on an OpenCL device. */
class OpenClTopTest extends TopContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.open(ledger);
    }
}
