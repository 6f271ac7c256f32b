package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every number of 16 bits, in each form of tile that has a place for it. */
class HalfMatmulTest {
    private static final int COLUMNS = (1 << 16) / TileKernel.ROWS;

    private final Arena arena = Arena.ofAuto();

    static Stream<HalfMatmul.Form> forms() {
        return Stream.of(
                new HalfMatmul.Form(new Fp16(), false),
                new HalfMatmul.Form(new Fp16(), true),
                new HalfMatmul.Form(new Bf16(), false));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyFiniteNumberIsDecodedExactly(HalfMatmul.Form form) {
        TileKernel kernel = kernel(form);
        MemorySegment source = arena.allocate(2L << 16);
        var expected = new float[1 << 16];
        for (int i = 0; i < 1 << 16; i++) {
            float value = decoded(form.dtype(), (short) i);
            boolean held = form.dtype() instanceof Bf16 || form.wide() || Math.abs(value) < 128;
            short code = held && Float.isFinite(value) ? (short) i : 0;
            source.setAtIndex(ValueLayout.JAVA_SHORT, i, code);
            expected[i % COLUMNS * TileKernel.ROWS + i / COLUMNS] = decoded(form.dtype(), code);
        }
        MemorySegment tile = arena.allocate(kernel.tileBytes(COLUMNS), 64);
        assertTrue(kernel.holds(source, TileKernel.ROWS, COLUMNS));
        kernel.pack(source, TileKernel.ROWS, COLUMNS, tile, 0);
        var panel = new float[1 << 16];
        kernel.unpack(tile, 0, COLUMNS, 0, COLUMNS, panel);
        assertArrayEquals(expected, panel);
        var row = new float[COLUMNS];
        kernel.row(tile, 0, COLUMNS, 1, row);
        for (int k = 0; k < COLUMNS; k++) {
            assertEquals(expected[k * TileKernel.ROWS + 1], row[k]);
        }
    }

    @Test
    void aMatrixWithLargeNumbersIsExactToo() {
        float[] values = new float[64 * 40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 7;
        }
        values[5] = 0x1p-24f;
        values[6] = -128;
        values[63 * 40] = 65504;
        try (var backend = new VectorBackend(2, new MemoryLedger(), new Cancellation());
                var memory = backend.memory(bytes -> {})) {
            Tensor host = memory.allocate(new Shape(64, 40));
            Tensor out = memory.allocate(new Shape(64, 40));
            backend.write(values, host);
            try (Weight weight = backend.weight(host, new Fp16())) {
                backend.ops().embed(weight, IntStream.range(0, 64).toArray(), out);
                assertArrayEquals(values, read(backend, out));
                assertEquals(2 * values.length, weight.bytes());
                Tensor x = memory.allocate(new Shape(5, 40));
                Tensor products = memory.allocate(new Shape(5, 64));
                backend.write(unit(5, 40, 4), x);
                backend.ops().matmul(x, new Weight[] {weight}, new Tensor[] {products});
                assertEquals(0x1p-24f, read(backend, products)[64]);
                assertEquals(-128, read(backend, products)[2 * 64]);
            }
        }
    }

    private static float[] read(VectorBackend backend, Tensor tensor) {
        var values = new float[(int) tensor.shape().elements()];
        backend.read(tensor, values);
        return values;
    }

    /** Row t is 1 at column {@code first} + t and 0 elsewhere. */
    private static float[] unit(int rows, int columns, int first) {
        var values = new float[rows * columns];
        for (int t = 0; t < rows; t++) {
            values[t * columns + first + t] = 1;
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("forms")
    void anInfinityIsRefused(HalfMatmul.Form form) {
        TileKernel kernel = kernel(form);
        MemorySegment source = arena.allocate(2);
        source.set(ValueLayout.JAVA_SHORT, 0, form.dtype() instanceof Bf16 ? (short) 0xFF80 : (short) 0x7C00);
        MemorySegment tile = arena.allocate(kernel.tileBytes(1), 64);
        assertThrows(LoupeException.class, () -> kernel.pack(source, 1, 1, tile, 0));
    }

    private static TileKernel kernel(HalfMatmul.Form form) {
        return form.kernel();
    }

    private static float decoded(DType dtype, short code) {
        return dtype instanceof Bf16 ? Float.intBitsToFloat(code << 16) : Float.float16ToFloat(code);
    }
}
