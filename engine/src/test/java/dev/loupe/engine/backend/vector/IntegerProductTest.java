package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.IntegerProductContract;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Activations in signed bytes on the CPU. */
class IntegerProductTest extends IntegerProductContract {
    @Override
    protected Backend open(MemoryLedger ledger) {
        return new VectorBackend(2, ledger, new Cancellation());
    }

    @Test
    void whatIsMultipliedByIntegersIsServed() {
        List<DType> integers = DTypes.all().stream()
                .filter(dtype -> TileKernels.of(dtype).integers().isPresent())
                .toList();
        assertTrue(integers.containsAll(List.of(DTypes.SYM_INT4, DTypes.ASYM_INT4)));
        assertTrue(integers.stream().allMatch(Activations.INT8::serves), integers.toString());
    }
}
