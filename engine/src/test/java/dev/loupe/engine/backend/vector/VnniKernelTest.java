package dev.loupe.engine.backend.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machine code beside Java's arithmetic; what it computes for all shapes is in {@link IntegerProductTest}. */
class VnniKernelTest {
    private static final int COLUMNS = 1280; // more than a piece
    private static final int[] WORK = new int[ByteBlock.BLOCK];

    private final Arena arena = Arena.ofShared();

    @BeforeEach
    void machine() {
        Assumptions.assumeTrue(VnniKernel.used(), "skipped: no AVX-512 VNNI, not on Linux, or turned off");
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void recordsHoldWhatJavaRoundsTo() {
        MemorySegment x = values(9, 64);
        x.setAtIndex(JAVA_FLOAT, 40, 1e30f);
        x.setAtIndex(JAVA_FLOAT, 69, Float.NaN);
        x.setAtIndex(JAVA_FLOAT, 99, Float.NEGATIVE_INFINITY);
        x.asSlice(4 * 32 * 16, 4 * 32).fill((byte) 0);
        TokenRecords records = new TokenRecords();
        records.reserve(9, 64);
        MemorySegment at = MemorySegment.ofAddress(records.at(0, 64, 9)).reinterpret(9 * records.stride());
        for (int t = 0; t < 9; t++) {
            records.set(t, x, 4L * 64 * t, WORK);
            for (int b = 0; b < 2; b++) {
                check(at.asSlice(t * records.stride() + b * TokenRecords.RECORD), x, 4L * (64 * t + 32 * b));
            }
        }
        records.free();
    }

    private static void check(MemorySegment record, MemorySegment x, long offset) {
        float scale = ByteBlock.round(x, offset, WORK);
        if (!Float.isFinite(scale)) {
            assertEquals(scale, record.get(ValueLayout.JAVA_FLOAT_UNALIGNED, TokenRecords.SCALE));
            return; // of the bytes nothing is left to see in a product
        }
        int sum = 0;
        int first = 0;
        for (int i = 0; i < WORK.length; i++) {
            assertEquals((byte) WORK[i], record.get(ValueLayout.JAVA_BYTE, TokenRecords.CODES + i));
            sum += WORK[i];
            first += i < 16 ? WORK[i] : 0;
        }
        assertEquals(scale, record.get(ValueLayout.JAVA_FLOAT_UNALIGNED, TokenRecords.SCALE));
        assertEquals(scale * sum, record.get(ValueLayout.JAVA_FLOAT_UNALIGNED, TokenRecords.SUM));
        assertEquals(-8 * sum, record.get(JAVA_INT_UNALIGNED, TokenRecords.START));
        assertEquals(-8 * first, record.get(JAVA_INT_UNALIGNED, TokenRecords.START_OF_HALF));
        assertEquals(-8 * (sum - first), record.get(JAVA_INT_UNALIGNED, TokenRecords.START_OF_HALF + 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 6, 7, 16})
    void codesOfFourBitsGiveTheBitsThatJavasKernelGives(int tokens) {
        BlockLayout layout = layout(DTypes.SYM_INT4);
        MemorySegment tile = tile(layout);
        MemorySegment x = values(tokens, COLUMNS);
        float[] expected = product(
                Template.of("IntegerKernel", layout.name(), layout, IntegerProducts.class),
                new TokenPairs(),
                tile,
                x,
                tokens);
        assertArrayEquals(expected, product(new VnniKernel(layout), new TokenRecords(), tile, x, tokens));
    }

    @Test
    void memoryThatIsTooSmallIsRefusedBeforeItIsRead() {
        BlockLayout layout = layout(DTypes.SYM_INT8);
        MemorySegment tile = tile(layout);
        var kernel = new VnniKernel(layout);
        Floats out = new Floats().room(2 * TileKernel.ROWS);
        TokenRecords x = new TokenRecords();
        x.reserve(2, COLUMNS);
        assertRefused(() -> kernel.product(tile.asSlice(0, tile.byteSize() - 4), 0, COLUMNS, x, 1, out));
        assertRefused(() -> kernel.product(tile, 128, COLUMNS, x, 1, out));
        assertRefused(() -> kernel.product(tile, 0, COLUMNS, x, 3, new Floats().room(3 * TileKernel.ROWS)));
        assertRefused(() -> kernel.product(tile, 0, COLUMNS, x, 2, new Floats().room(TileKernel.ROWS)));
        assertRefused(() -> x.set(2, values(3, COLUMNS), 0, WORK));
        assertRefused(() -> x.set(0, values(1, COLUMNS - 32), 0, WORK));
        assertRefused(() -> new TokenRecords().set(0, values(1, COLUMNS), 0, WORK));
        x.free();
    }

    private static void assertRefused(Runnable call) {
        assertThrows(IndexOutOfBoundsException.class, call::run);
    }

    @Test
    void allThatIsServedIsMultipliedByIt() {
        for (DType dtype : DTypes.all()) {
            boolean integers = TileKernels.of(dtype).integers().isPresent();
            assertEquals(Activations.INT8.serves(dtype), integers, dtype.id());
        }
    }

    private float[] product(
            IntegerProducts kernel, IntegerTokens x, MemorySegment tile, MemorySegment values, int tokens) {
        x.reserve(tokens, COLUMNS);
        for (int t = 0; t < tokens; t++) {
            x.set(t, values, 4L * COLUMNS * t, WORK);
        }
        Floats out = new Floats().room(tokens * TileKernel.ROWS);
        kernel.product(tile, 0, COLUMNS, x, tokens, out);
        x.free();
        return out.array();
    }

    private static BlockLayout layout(DType dtype) {
        TileKernels.of(dtype);
        return Template.data("BlockKernel", dtype.id(), BlockLayout.class);
    }

    private MemorySegment tile(BlockLayout layout) {
        try (var backend = new VectorBackend(1, new MemoryLedger(), new Cancellation());
                var memory = backend.memory(bytes -> {})) {
            var host = memory.allocate(new dev.loupe.engine.tensor.Shape(TileKernel.ROWS, COLUMNS));
            MemorySegment.copy(values(TileKernel.ROWS, COLUMNS), 0, host.data(), 0, host.bytes());
            try (var weight = (VectorWeight) backend.weight(host, layout.dtype())) {
                MemorySegment tile = arena.allocate(weight.bytes(), 64);
                return tile.copyFrom(weight.tiles());
            }
        }
    }

    private MemorySegment values(int tokens, int columns) {
        var random = new Random(tokens);
        MemorySegment x = arena.allocate(4L * tokens * columns, 64);
        for (long i = 0; i < (long) tokens * columns; i++) {
            x.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return x;
    }
}
