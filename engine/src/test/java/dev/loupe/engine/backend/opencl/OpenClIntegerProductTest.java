package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.IntegerProductContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Activations in signed bytes on an OpenCL device. */
class OpenClIntegerProductTest extends IntegerProductContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.open(ledger);
    }
}
