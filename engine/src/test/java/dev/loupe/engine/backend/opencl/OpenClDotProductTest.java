package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.IntegerProductContract;
import dev.loupe.engine.trace.MemoryLedger;

/** Activations in signed bytes by dot products of four bytes in a word, also on a device that has none built in. */
class OpenClDotProductTest extends IntegerProductContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.open(ledger, OpenClTests.dotsWrittenOut());
    }
}
