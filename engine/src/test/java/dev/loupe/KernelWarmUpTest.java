package dev.loupe;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Its failures are told to nobody, so none may be built in. */
final class KernelWarmUpTest {
    @Test
    void runsInEveryDtype() {
        for (DType dtype : DTypes.all()) {
            assertDoesNotThrow(() -> new KernelWarmUp(List.of(dtype), dtype).run(1), dtype::id);
        }
    }

    @Test
    void runsInMixedDtypes() {
        assertDoesNotThrow(() -> new KernelWarmUp(List.of(DTypes.Q4_K, DTypes.SYM_INT5), DTypes.Q6_K).run(2));
        assertDoesNotThrow(() -> new KernelWarmUp(List.of(DTypes.SYM_INT4), DTypes.Q6_K).run(2));
    }

    @Test
    void endsWhenItIsClosed() {
        var warmUp = new KernelWarmUp(List.of(DTypes.FP16), DTypes.FP16);
        warmUp.close();
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> warmUp.run(Integer.MAX_VALUE));
    }
}
