package dev.loupe.engine.backend.vector;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.TopContract;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;

/** Tops on the CPU. */
class VectorTopTest extends TopContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return new VectorBackend(2, ledger, new Cancellation());
    }
}
