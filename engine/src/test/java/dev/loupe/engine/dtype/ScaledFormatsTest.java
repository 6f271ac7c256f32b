package dev.loupe.engine.dtype;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The formats that GGUF does not have: bytes where the drawings say, every code, scales at their limits. */
class ScaledFormatsTest {
    static List<DType> scaled() {
        return List.of(
                DTypes.FP8_E4M3, DTypes.FP8_E5M2, DTypes.FP6_E2M3, DTypes.FP6_E3M2, DTypes.FP4, DTypes.NF4, DTypes.NF3);
    }

    static List<DType> shared() {
        return List.of(DTypes.MXFP8, DTypes.MXFP6, DTypes.MXFP4);
    }

    static List<DType> all() {
        return Stream.concat(scaled().stream(), shared().stream()).toList();
    }

    /** The rest of the block is the largest value, which makes the scale one. */
    @ParameterizedTest
    @CsvSource({"fp8_e4m3, e4m3", "fp8_e5m2, e5m2", "fp6_e2m3, e2m3", "fp6_e3m2, e3m2", "fp4, e2m1"})
    void everyCodeSurvivesInABlockWhoseScaleIsOne(String name, String element) {
        assertCodesSurvive(DTypes.parse(name), Golden.floats(element + ".values"));
    }

    @ParameterizedTest
    @CsvSource({"mxfp8, e4m3", "mxfp6, e2m3", "mxfp4, e2m1"})
    void everyCodeSurvivesWhereTheSharedExponentIsZero(String name, String element) {
        assertCodesSurvive(DTypes.parse(name), Golden.floats(element + ".values"));
    }

    @Test
    void everyLevelSurvives() {
        assertCodesSurvive(DTypes.NF4, Nf4.LEVELS.levels());
        assertCodesSurvive(DTypes.NF3, Nf3.LEVELS.levels());
    }

    private static void assertCodesSurvive(DType dtype, float[] values) {
        float max = 0;
        for (float value : values) {
            max = Float.isFinite(value) ? Math.max(max, value) : max;
        }
        float[] block = new float[dtype.blockElements()];
        for (float value : values) {
            if (Float.isFinite(value)) {
                Arrays.fill(block, max);
                for (int at : new int[] {1, block.length / 2, block.length - 1}) {
                    block[at] = value + 0f; // mxfp4 has no negative zero
                }
                assertArrayEquals(block, again(dtype, block));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyPlaceInABlockIsItsOwn(DType dtype) {
        float[] block = new float[dtype.blockElements()];
        for (int i = 0; i < block.length; i++) {
            Arrays.fill(block, 0);
            block[i] = -1;
            float[] decoded = again(dtype, block);
            assertEquals(-1, decoded[i], 0.01f);
            decoded[i] = 0;
            assertArrayEquals(new float[block.length], decoded);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void zerosAreExact(DType dtype) {
        float[] zeros = new float[dtype.blockElements() * 2];
        assertArrayEquals(zeros, again(dtype, zeros));
    }

    /** A scale that underflows would turn a whole block of small weights into zeros. */
    @ParameterizedTest
    @MethodSource("all")
    void smallWeightsDoNotVanish(DType dtype) {
        var random = new Random(1);
        float[] block = new float[dtype.blockElements()];
        for (int i = 0; i < block.length; i++) {
            block[i] = (float) random.nextGaussian() * 1e-5f;
        }
        float[] decoded = again(dtype, block);
        double error = 0;
        double power = 0;
        for (int i = 0; i < block.length; i++) {
            error += Math.pow(decoded[i] - block[i], 2);
            power += Math.pow(block[i], 2);
        }
        assertTrue(Math.sqrt(error / power) < 0.25, dtype.id() + " " + Math.sqrt(error / power));
    }

    @ParameterizedTest
    @MethodSource("scaled")
    void hugeValuesSaturateAndStayFinite(DType dtype) {
        float[] block = new float[dtype.blockElements()];
        Arrays.fill(block, 1e30f);
        block[1] = Float.NEGATIVE_INFINITY;
        float[] decoded = again(dtype, block);
        assertTrue(Float.isFinite(decoded[0]) && decoded[0] >= 65504, "" + decoded[0]);
        assertEquals(-decoded[0], decoded[1]);
    }

    @ParameterizedTest
    @MethodSource("shared")
    void sharedExponentsReachTheEndsOfFloat(DType dtype) {
        for (int exponent : new int[] {-120, -60, 0, 60, 120}) {
            float[] block = new float[dtype.blockElements()];
            Arrays.fill(block, Math.scalb(1f, exponent));
            assertArrayEquals(block, again(dtype, block));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aNanIsNeverSilent(DType dtype) {
        float[] block = new float[dtype.blockElements()];
        Arrays.fill(block, 0.5f);
        block[3] = Float.NaN;
        assertTrue(Float.isNaN(again(dtype, block)[3]));
    }

    @ParameterizedTest
    @CsvSource({"fp8_e4m3", "fp8_e5m2", "mxfp8"})
    void eightBitsHaveRoomForASingleNan(String name) {
        float[] block = new float[32];
        Arrays.fill(block, 0.5f);
        block[3] = Float.NaN;
        float[] decoded = again(DTypes.parse(name), block);
        block[3] = decoded[3];
        assertArrayEquals(block, decoded, 0.005f);
    }

    @Test
    void aScaleIsRoundedUp() {
        byte[] bytes = new byte[2];
        assertEquals(1 + 0x1p-10f, BlockScale.putHalfUp(bytes, 0, Math.nextUp(1f)));
        assertEquals(1, BlockScale.putHalfUp(bytes, 0, 1));
        assertEquals(0x1p-24f, BlockScale.putHalfUp(bytes, 0, 1e-20f));
        assertEquals(0x1p-14f, BlockScale.putHalfUp(bytes, 0, Math.nextDown(0x1p-14f)));
        assertEquals(0, BlockScale.putHalfUp(bytes, 0, 0));
        assertEquals(65504, BlockScale.putHalfUp(bytes, 0, Float.POSITIVE_INFINITY));
        var random = new Random(2);
        for (int i = 0; i < 10_000; i++) {
            float scale = (float) Math.exp(random.nextDouble(-16, 11));
            float stored = BlockScale.putHalfUp(bytes, 0, scale);
            float below = Float.float16ToFloat((short) (Float.floatToFloat16(stored) - 1));
            assertTrue(below < scale && scale <= stored, below + " " + scale + " " + stored);
        }
    }

    /** QLoRA's rule, computed: quantiles of the normal distribution at equal steps of probability, over the largest. */
    @Test
    void normalFloatLevelsFollowTheRule() {
        assertArrayEquals(levels(4), Nf4.LEVELS.levels(), 1e-6f);
        assertArrayEquals(levels(3), Nf3.LEVELS.levels(), 1e-6f);
    }

    private static float[] levels(int bits) {
        int half = 1 << bits - 1;
        double p = (1 - 1 / (2.0 * (2 * half - 1)) + 1 - 1 / (4.0 * half)) / 2;
        float[] levels = new float[2 * half];
        for (int i = 0; i < half; i++) {
            levels[2 * half - 1 - i] = (float) (quantile(p + i * (0.5 - p) / half) / quantile(p));
        }
        for (int i = 0; i < half - 1; i++) {
            levels[i] = (float) (-quantile(p + i * (0.5 - p) / (half - 1)) / quantile(p));
        }
        return levels;
    }

    /** Inverse of the normal distribution function for p in [0.5, 1), by bisection over its power series. */
    private static double quantile(double p) {
        double low = 0;
        double high = 8;
        while (high - low > 1e-12) {
            double x = (low + high) / 2;
            double term = x;
            double sum = x;
            for (int k = 1; k < 200; k++) {
                term *= x * x / (2 * k + 1);
                sum += term;
            }
            double distribution = 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            if (distribution < p) {
                low = x;
            } else {
                high = x;
            }
        }
        return low;
    }

    private static float[] again(DType dtype, float[] values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) dtype.bytes(values.length)]);
        dtype.encode(values, 0, bytes, 0, values.length);
        float[] decoded = new float[values.length];
        dtype.decode(bytes, 0, decoded, 0, decoded.length);
        return decoded;
    }
}
