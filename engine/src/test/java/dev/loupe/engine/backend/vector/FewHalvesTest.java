package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.dtype.Bf16;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.Fp16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of fp16 and bf16 with few tokens: by machine code where there is some, by Java elsewhere. */
class FewHalvesTest {
    private static final int ROWS = TileKernel.ROWS;
    private static final int GROUP = Gemm.GROUP;

    private final Arena arena = Arena.ofAuto();
    private final Random random = new Random(11);

    static Stream<Arguments> shapes() {
        return Stream.of(new Fp16(), new Bf16())
                .flatMap(dtype -> Stream.of(1, 2, 31, 577, 1024)
                        .flatMap(columns -> Stream.of(1, 2, 3, 4).map(groups -> Arguments.of(dtype, columns, groups))));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void tokensOfGroupsHaveTheBitsOfOneAlone(DType dtype, int columns, int groups) {
        TileKernel kernel = new HalfMatmul.Form(dtype, false).kernel();
        MemorySegment tile = tile(kernel, columns);
        Floats packed = new Floats().room(groups * GROUP * columns);
        Floats out = new Floats().room(groups * GROUP * ROWS);
        Arrays.fill(out.array(), 7); // what was there before is no part of it
        for (int i = 0; i < groups * GROUP * columns; i++) {
            packed.array()[i] = (float) random.nextGaussian();
        }
        kernel.fewTokens(tile, 0, columns, packed, groups, out);
        var x = new float[columns];
        var alone = new float[ROWS];
        for (int t = 0; t < groups * GROUP; t++) {
            for (int k = 0; k < columns; k++) {
                x[k] = packed.array()[(t / GROUP * columns + k) * GROUP + t % GROUP];
            }
            kernel.product(tile, 0, columns, x, alone);
            assertArrayEquals(alone, Arrays.copyOfRange(out.array(), t * ROWS, (t + 1) * ROWS), "token " + t);
        }
    }

    @Test
    void memoryThatIsTooSmallIsRefusedBeforeItIsRead() {
        Assumptions.assumeTrue(FewHalves.used(), "skipped: no AVX-512, not on Linux, or turned off");
        var few = new FewHalves(true);
        MemorySegment tile = tile(new HalfMatmul.Form(new Bf16(), false).kernel(), 64);
        Floats x = new Floats().room(GROUP * 64);
        Floats out = new Floats().room(GROUP * ROWS);
        assertRefused(() -> few.add(tile, 0, 64, 64, 64, x, 0, 1, out));
        assertRefused(() -> few.add(tile, 2, 64, 0, 64, x, 0, 1, out));
        assertRefused(() -> few.add(tile, 0, 64, 0, 66, x, 0, 1, out));
        assertRefused(() -> few.add(tile, 0, 64, 0, 64, x, 0, 2, new Floats().room(2 * GROUP * ROWS)));
        assertRefused(() -> few.add(tile, 0, 64, 0, 64, new Floats().room(2 * GROUP * 64), 0, 2, out));
    }

    private static void assertRefused(Runnable call) {
        assertThrows(IndexOutOfBoundsException.class, call::run);
    }

    private MemorySegment tile(TileKernel kernel, int columns) {
        MemorySegment source = arena.allocate(2L * ROWS * columns);
        for (int i = 0; i < ROWS * columns; i++) {
            float value = (float) random.nextGaussian() * (i % 7 == 0 ? 1e-7f : 1);
            short half = kernel.dtype() instanceof Fp16
                    ? Float.floatToFloat16(value)
                    : (short) (Float.floatToRawIntBits(value) >>> 16);
            source.setAtIndex(ValueLayout.JAVA_SHORT, i, half);
        }
        MemorySegment tile = arena.allocate(kernel.tileBytes(columns), 64);
        kernel.pack(source, ROWS, columns, tile, 0);
        return tile;
    }
}
