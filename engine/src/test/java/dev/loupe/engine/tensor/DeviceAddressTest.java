package dev.loupe.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.dtype.Fp32;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class DeviceAddressTest {
    private final Tensor tensor = new Tensor(new Shape(3, 4), new Fp32(), DeviceAddress.of(1 << 20, 48));

    @Test
    void rowsAndShapesAreAddresses() {
        assertEquals((1 << 20) + 16, tensor.rows(1, 3).data().address());
        assertEquals(32, tensor.rows(1, 3).data().byteSize());
        assertEquals(
                (1 << 20) + 16,
                tensor.reshaped(new Shape(6, 2)).rows(2, 3).data().address());
        assertThrows(IllegalArgumentException.class, () -> tensor.reshaped(new Shape(5, 2)));
    }

    @Test
    void theHostNeitherReadsNorWritesIt() {
        MemorySegment row = tensor.rows(1, 2).data();
        assertThrows(IllegalStateException.class, () -> row.get(ValueLayout.JAVA_FLOAT, 0));
        assertThrows(IllegalStateException.class, () -> row.set(ValueLayout.JAVA_FLOAT, 0, 1));
        assertThrows(IllegalStateException.class, () -> row.fill((byte) 0));
        assertThrows(
                IllegalStateException.class,
                () -> MemorySegment.copy(row, 0, MemorySegment.ofArray(new byte[4]), 0, 4));
        assertThrows(IllegalStateException.class, () -> row.toArray(ValueLayout.JAVA_BYTE));
    }
}
