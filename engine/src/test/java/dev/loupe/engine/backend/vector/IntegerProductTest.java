package dev.loupe.engine.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.dtype.Fp16;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.ReferenceBackend;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations in signed bytes: the reference's products of the rounded activations, whatever the shape. */
class IntegerProductTest {
    private final Arena arena = Arena.ofShared();
    private final MemoryLedger ledger = new MemoryLedger();
    private final VectorBackend vector = new VectorBackend(2, ledger, new Cancellation());
    private final Ops rounding = vector.ops(Activations.INT8).orElseThrow();
    private final Backend reference = new ReferenceBackend(ledger);

    @AfterEach
    void close() {
        vector.close();
        reference.close();
        arena.close();
    }

    static Stream<Arguments> shapes() {
        var random = new Random(5);
        return DTypes.all().stream()
                .filter(dtype -> TileKernels.of(dtype).integers().isPresent())
                .flatMap(dtype -> Stream.of(1, 2, 7, 16, 17, 40)
                        .map(tokens -> Arguments.of(
                                dtype,
                                1 + random.nextInt(100),
                                dtype.blockElements() * (1 + random.nextInt(9)),
                                tokens)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void productsAreThoseOfRoundedActivations(DType dtype, int rows, int columns, int tokens) {
        Tensor matrix = tensor(rows, columns, 1);
        Tensor x = tensor(tokens, columns, 2);
        Tensor expected = tensor(tokens, rows, 3);
        Tensor actual = tensor(tokens, rows, 3);
        try (Weight a = reference.weight(matrix, dtype);
                Weight b = vector.weight(matrix, dtype)) {
            reference.ops().matmul(rounded(x), new Weight[] {a}, new Tensor[] {expected});
            rounding.matmul(x, new Weight[] {b}, new Tensor[] {actual});
        }
        float largest = 0;
        for (float value : floats(expected)) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertArrayEquals(floats(expected), floats(actual), 1e-5f * largest);
    }

    @Test
    void aTokenOfAFewHasTheBitsOfOneAlone() {
        DType dtype = DTypes.parse("q4_k");
        Tensor x = tensor(16, 768, 4);
        Tensor all = tensor(16, 70, 5);
        Tensor one = tensor(1, 70, 6);
        try (Weight w = vector.weight(tensor(70, 768, 7), dtype)) {
            rounding.matmul(x, new Weight[] {w}, new Tensor[] {all});
            for (int t = 0; t < 16; t++) {
                rounding.matmul(row(x, t), new Weight[] {w}, new Tensor[] {one});
                assertArrayEquals(floats(row(all, t)), floats(one), "token " + t);
            }
        }
    }

    @Test
    void theLargestCodesAndActivationsDoNotOverflow() {
        for (String name : List.of("sym_int4", "asym_int4", "q4_k")) {
            DType dtype = DTypes.parse(name);
            Tensor matrix = tensor(32, 512, 1);
            Tensor x = tensor(1, 512, 1);
            for (int i = 0; i < 32 * 512; i++) {
                set(matrix, i, i % 2 == 0 ? -1f : i % 64 == 63 ? 1f : 0.97f);
            }
            for (int i = 0; i < 512; i++) {
                set(x, i, i % 2 == 0 ? -1f : 1f);
            }
            Tensor expected = tensor(1, 32, 1);
            Tensor actual = tensor(1, 32, 1);
            try (Weight a = reference.weight(matrix, dtype);
                    Weight b = vector.weight(matrix, dtype)) {
                reference.ops().matmul(x, new Weight[] {a}, new Tensor[] {expected});
                rounding.matmul(x, new Weight[] {b}, new Tensor[] {actual});
            }
            assertArrayEquals(floats(expected), floats(actual), 1e-4f * 512, name);
        }
    }

    @Test
    void whatIsSaidToBeServedIs() {
        for (DType dtype : DTypes.all()) {
            assertEquals(TileKernels.of(dtype).integers().isPresent(), Activations.INT8.serves(dtype), dtype.id());
        }
    }

    @Test
    void activationsOfZeroAndTinyOnesGiveNoNaN() {
        Tensor x = tensor(1, 64, 1);
        for (int i = 0; i < 64; i++) {
            set(x, i, i < 32 ? 0 : 1e-38f);
        }
        Tensor out = tensor(1, 3, 1);
        try (Weight w = vector.weight(tensor(3, 64, 2), DTypes.parse("sym_int4"))) {
            rounding.matmul(x, new Weight[] {w}, new Tensor[] {out});
        }
        for (float value : floats(out)) {
            assertEquals(0, value, 1e-30f);
        }
    }

    @Test
    void weightsOfFloatsKeepTheirActivations() {
        Tensor x = tensor(1, 64, 1);
        Tensor before = tensor(1, 5, 1);
        Tensor after = tensor(1, 5, 1);
        try (Weight w = vector.weight(tensor(5, 64, 2), new Fp16())) {
            vector.ops().matmul(x, new Weight[] {w}, new Tensor[] {before});
            rounding.matmul(x, new Weight[] {w}, new Tensor[] {after});
        }
        assertArrayEquals(floats(before), floats(after));
    }

    /** x as blocks of 32 signed bytes with a scale stand for it. */
    private Tensor rounded(Tensor x) {
        float[] values = floats(x);
        Tensor out = tensor((int) x.shape().rows(), (int) x.shape().columns(), 0);
        for (int block = 0; block < values.length; block += 32) {
            float largest = 0;
            for (int i = block; i < block + 32; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            float scale = largest / 127;
            for (int i = block; i < block + 32; i++) {
                set(out, i, (float) Math.rint(values[i] * (1 / scale)) * scale);
            }
        }
        return out;
    }

    private Tensor row(Tensor x, int row) {
        return new Tensor(
                new Shape(1, (int) x.shape().columns()),
                new Fp32(),
                x.data().asSlice(row * x.rowBytes(), x.rowBytes()));
    }

    private Tensor tensor(int rows, int columns, int seed) {
        var random = new Random(seed);
        var tensor = new Tensor(new Shape(rows, columns), new Fp32(), arena.allocate(4L * rows * columns, 64));
        for (int i = 0; i < rows * columns; i++) {
            set(tensor, i, (float) random.nextGaussian());
        }
        return tensor;
    }

    private static void set(Tensor x, int i, float value) {
        x.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }

    private static float[] floats(Tensor x) {
        MemorySegment data = x.data();
        return data.asSlice(0, 4 * x.shape().elements()).toArray(ValueLayout.JAVA_FLOAT);
    }
}
