package dev.loupe.engine.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations in signed bytes: the reference's products of the rounded activations, whatever the shape. */
public abstract class IntegerProductContract extends BesideReference {
    private static final int BLOCK = 32;
    private static final int EXACT = 16; // tokens; a prompt's rounded activations may be multiplied as floats

    private final Arena arena = Arena.ofShared();

    @AfterEach
    final void closeArena() {
        arena.close();
    }

    static Stream<DType> served() {
        return DTypes.all().stream().filter(Activations.INT8::serves);
    }

    static Stream<Arguments> shapes() {
        var random = new Random(5);
        return served().flatMap(dtype -> Stream.of(1, 2, 3, 7, 16, 40).map(tokens -> {
            int blocks = 1 + random.nextInt(9);
            return Arguments.of(dtype, 1 + random.nextInt(100), dtype.blockElements() * blocks, tokens);
        }));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void productsAreThoseOfRoundedActivations(DType dtype, int rows, int columns, int tokens) {
        float[] matrix = Side.random(1, rows * columns);
        float[] x = Side.random(2, tokens * columns);
        float[] expected = product(reference(), reference().ops(), dtype, matrix, columns, rounded(x));
        float[] actual = product(tested(), rounding(), dtype, matrix, columns, x);
        assertArrayEquals(expected, actual, 1e-5f * largest(expected));
    }

    @ParameterizedTest
    @MethodSource("served")
    void aTokenOfSeveralHasTheBitsOfOneAlone(DType dtype) {
        try (Weight w = weight(tested(), dtype, Side.random(7, 70 * 1280), 1280)) {
            Tensor one = tested().zeros(1, 70);
            for (int count : new int[] {2, 3, 16, 17}) {
                Tensor tokens = tested().tensor(Side.random(4, count * 1280), 1280);
                Tensor all = tested().zeros(count, 70);
                rounding().matmul(tokens, new Weight[] {w}, new Tensor[] {all});
                for (int t = 0; t < count; t++) {
                    rounding().matmul(tokens.rows(t, t + 1), new Weight[] {w}, new Tensor[] {one});
                    float[] alone = tested().floats(one);
                    float tolerance = count > EXACT ? 1e-5f * largest(alone) : 0;
                    assertArrayEquals(alone, tested().floats(all.rows(t, t + 1)), tolerance, t + " of " + count);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("served")
    void theLargestCodesAndActivationsDoNotOverflow(DType dtype) {
        var matrix = new float[32 * 512];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = i % 2 == 0 ? -1f : i % 64 == 63 ? 1f : 0.97f;
        }
        var x = new float[4 * 512];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 2 == 0 ? -1f : 1f;
        }
        float[] expected = product(reference(), reference().ops(), dtype, matrix, 512, x);
        assertArrayEquals(expected, product(tested(), rounding(), dtype, matrix, 512, x), 1e-4f * 512);
    }

    @Test
    void activationsOfZeroAndTinyOnesGiveNoNaN() {
        var x = new float[64];
        for (int i = 32; i < 64; i++) {
            x[i] = 1e-38f;
        }
        for (float value : product(tested(), rounding(), DTypes.SYM_INT4, Side.random(2, 3 * 64), 64, x)) {
            assertEquals(0, value, 1e-30f);
        }
    }

    @Test
    void weightsOfFloatsKeepTheirActivations() {
        float[] matrix = Side.random(2, 5 * 64);
        float[] x = Side.random(1, 64);
        assertArrayEquals(
                product(tested(), tested().ops(), DTypes.FP16, matrix, 64, x),
                product(tested(), rounding(), DTypes.FP16, matrix, 64, x));
    }

    private Ops rounding() {
        return tested().backend().ops(Activations.INT8).orElseThrow();
    }

    private float[] product(Side side, Ops ops, DType dtype, float[] matrix, int columns, float[] x) {
        Tensor out = side.zeros(x.length / columns, matrix.length / columns);
        try (Weight w = weight(side, dtype, matrix, columns)) {
            ops.matmul(side.tensor(x, columns), new Weight[] {w}, new Tensor[] {out});
            return side.floats(out);
        }
    }

    private Weight weight(Side side, DType dtype, float[] matrix, int columns) {
        var shape = new Shape(matrix.length / columns, columns);
        var host = new Tensor(shape, DTypes.FP32, arena.allocateFrom(ValueLayout.JAVA_FLOAT, matrix));
        return side.backend().weight(host, dtype);
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** Values as blocks of 32 signed bytes with a scale stand for them. */
    private static float[] rounded(float[] values) {
        var rounded = new float[values.length];
        for (int block = 0; block < values.length; block += BLOCK) {
            float largest = 0;
            for (int i = block; i < block + BLOCK; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            float scale = largest / 127;
            for (int i = block; i < block + BLOCK; i++) {
                rounded[i] = (float) Math.rint(values[i] * (1 / scale)) * scale;
            }
        }
        return rounded;
    }
}
