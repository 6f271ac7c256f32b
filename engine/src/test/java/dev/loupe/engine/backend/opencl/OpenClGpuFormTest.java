package dev.loupe.engine.backend.opencl;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.BackendContract;
import dev.loupe.engine.trace.MemoryLedger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels as they are compiled for GPUs, on whatever device there is; of the dtypes one of each kind. */
class OpenClGpuFormTest extends BackendContract {
    static Stream<DType> kinds() {
        return Stream.of(DTypes.FP32, DTypes.SYM_INT4, DTypes.Q6_K, DTypes.FP8_E4M3);
    }

    @Override
    protected Backend open(MemoryLedger ledger) {
        return OpenClTests.openAsGpu(ledger);
    }

    @Override
    @ParameterizedTest
    @MethodSource("kinds")
    protected void productsOfEveryShape(DType dtype) {
        super.productsOfEveryShape(dtype);
    }

    @Override
    @ParameterizedTest
    @MethodSource("kinds")
    protected void aBatchGivesTheBitsOfSingleTokens(DType dtype) {
        super.aBatchGivesTheBitsOfSingleTokens(dtype);
    }

    @Override
    @ParameterizedTest
    @MethodSource("kinds")
    protected void embeddings(DType dtype) {
        super.embeddings(dtype);
    }
}
