package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every number of 16 bits, however this CPU treats subnormal ones. */
class HalfMatmulTest {
    private static final int COLUMNS = (1 << 16) / TileKernel.ROWS;

    private final Arena arena = Arena.ofAuto();

    static Stream<HalfMatmul.Form> forms() {
        return Stream.of(
                new HalfMatmul.Form(new Fp16(), true),
                new HalfMatmul.Form(new Fp16(), false),
                new HalfMatmul.Form(new Bf16(), true));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyFiniteNumberIsDecodedExactly(HalfMatmul.Form form) {
        TileKernel kernel = kernel(form);
        MemorySegment source = arena.allocate(2L << 16);
        var expected = new float[1 << 16];
        for (int i = 0; i < 1 << 16; i++) {
            float value = decoded(form.dtype(), (short) i);
            short code = Float.isFinite(value) ? (short) i : 0;
            source.setAtIndex(ValueLayout.JAVA_SHORT, i, code);
            expected[i % COLUMNS * TileKernel.ROWS + i / COLUMNS] = decoded(form.dtype(), code);
        }
        MemorySegment tile = arena.allocate(kernel.tileBytes(COLUMNS), 64);
        kernel.pack(source, TileKernel.ROWS, COLUMNS, tile, 0);
        var panel = new float[1 << 16];
        kernel.unpack(tile, 0, COLUMNS, 0, COLUMNS, panel);
        assertArrayEquals(expected, panel);
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
