package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.IntegerProductContract;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import org.junit.jupiter.api.Test;

/** Activations in signed bytes on the CPU. */
class IntegerProductTest extends IntegerProductContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return new VectorBackend(2, ledger, new Cancellation());
    }

    @Test
    void whatIsSaidToBeServedIs() {
        for (DType dtype : DTypes.all()) {
            assertEquals(TileKernels.of(dtype).integers().isPresent(), Activations.INT8.serves(dtype), dtype.id());
        }
    }
}
