package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What tiles take and what they refuse. */
class TilesTest {
    private final MemoryLedger ledger = new MemoryLedger();

    static Stream<DType> dtypes() {
        return DTypes.all().stream();
    }

    static Stream<DType> blockDtypes() {
        return dtypes().filter(dtype -> dtype.blockElements() > 1);
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void weightsTakeTheBytesOfTheirDtype(DType dtype) {
        byte[] zeros = new byte[(int) dtype.bytes(64 * 2048)];
        try (var backend = new VectorBackend(1, ledger, new Cancellation());
                Weight weight = backend.weight(matrix(64, 2048, dtype, zeros), dtype)) {
            assertEquals(zeros.length, weight.bytes());
            assertEquals(zeros.length, ledger.snapshot().weights().get(dtype.id()));
        }
        assertEquals(0, ledger.snapshot().weightBytes());
    }

    @ParameterizedTest
    @MethodSource("blockDtypes")
    void weightsThatAreNoNumbersAreRefused(DType dtype) {
        byte[] broken = new byte[(int) dtype.bytes(512)];
        Arrays.fill(broken, broken.length / 2, broken.length, (byte) 0xff);
        try (var backend = new VectorBackend(1, ledger, new Cancellation())) {
            Tensor tensor = matrix(2, 256, dtype, broken);
            var e = assertThrows(LoupeException.class, () -> backend.weight(tensor, dtype));
            assertTrue(e.getMessage().contains("damaged"), e.getMessage());
        }
        assertEquals(0, ledger.snapshot().weightBytes());
    }

    private static Tensor matrix(int rows, int columns, DType dtype, byte[] bytes) {
        return new Tensor(new Shape(rows, columns), dtype, MemorySegment.ofArray(bytes));
    }
}
