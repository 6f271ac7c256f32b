package dev.loupe.engine.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.ops.Activations;
import dev.loupe.engine.ops.Ops;
import dev.loupe.engine.ops.Side;
import dev.loupe.engine.ops.Weight;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.Tensor;
import dev.loupe.engine.trace.MemoryLedger;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is used of a device follows from what it says of itself, and changes no bit. */
class ClFeaturesTest {
    private static final String DOTS = "__opencl_c_integer_dot_product_input_4x8bit_packed";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cl_khr_fp64                                | 0 | 0 | -cl-std=CL1.2                                          | ''
            cl_khr_fp64 cl_khr_fp16                    | 0 | 0 | -cl-std=CL1.2 -D HALF                                  | ', fp16'
            cl_intel_subgroups  cl_khr_fp16            | 0 | 0 | -cl-std=CL1.2 -D SHUFFLE_XOR=intel_sub_group_shuffle_xor -D HALF | ', sub-groups, fp16'
            cl_intel_subgroups cl_khr_subgroup_shuffle | 3 | 0 | -cl-std=CL3.0 -D SHUFFLE_XOR=sub_group_shuffle_xor     | ', sub-groups'
            cl_khr_subgroups cl_khr_subgroup_shuffle   | 0 | 0 | -cl-std=CL1.2                                          | ''
            cl_intel_subgroups_char cl_khr_fp16_none   | 3 | 0 | -cl-std=CL1.2                                          | ''
            cl_khr_integer_dot_product                 | 3 | 1 | -cl-std=CL3.0 -D DOT=dot_4x8packed_us_int              | ', integer dot products'
            cl_intel_subgroups                         | 3 | 1 | -cl-std=CL3.0 -D SHUFFLE_XOR=intel_sub_group_shuffle_xor -D DOT=dot_4x8packed_us_int | ', sub-groups, integer dot products'
            cl_khr_integer_dot_product                 | 0 | 1 | -cl-std=CL1.2                                          | ''
            ''                                         | 0 | 0 | -cl-std=CL1.2                                          | ''
            """)
    void featuresOfADevice(String extensions, int language, int dots, String options, String words) {
        Set<String> macros = dots == 1 ? Set.of("__opencl_c_fp64", DOTS) : Set.of();
        ClFeatures features = ClFeatures.of("rusticl", extensions, language == 3, macros);
        assertEquals(options, features.options());
        assertEquals(words, features.describe());
    }

    @Test
    void poclsShufflesAreNotUsed() {
        String extensions = "cl_khr_subgroups cl_khr_subgroup_shuffle cl_intel_subgroups";
        assertEquals(ClFeatures.NONE, ClFeatures.of("Portable Computing Language", extensions, true, Set.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 96, 1056, 4096})
    void featuresChangeNoBit(int columns) {
        ClFeatures features = OpenClTests.features();
        assumeTrue(
                !features.equals(ClFeatures.NONE),
                () -> "skipped: %s has neither sub-groups that shuffle nor fp16 nor dot products"
                        .formatted(OpenClTests.device().name()));
        assertArrayEquals(results(ClFeatures.NONE, columns), results(features, columns));
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 1056})
    void dotProductsChangeNoBit(int columns) {
        assertArrayEquals(results(ClFeatures.NONE, columns), results(OpenClTests.dotsWrittenOut(), columns));
    }

    /** As Mesa's rusticl with an upstream libclc, whose compiler lacks fma. */
    @Test
    void aCompilerThatLacksAFunctionIsNamedWithItsWords() {
        var lacking = new ClFeatures(ClFeatures.Shuffle.NONE, false, " -D DOT=lacking_dot");
        var e = assertThrows(LoupeException.class, () -> results(lacking, 32));
        String driver = OpenClTests.device().name();
        assertTrue(
                e.getMessage().startsWith("The kernel integer matmul sym_int4 does not compile on " + driver),
                e::getMessage);
        assertTrue(
                e.getMessage().contains("update that driver") && e.getMessage().contains("lacking_dot"), e::getMessage);
    }

    /** Products of three tokens with five rows in sym_int4, with signed bytes too, and the norms of the tokens. */
    private static float[] results(ClFeatures features, int columns) {
        try (var side = new Side(OpenClTests.openAsGpu(new MemoryLedger(), features));
                Arena arena = Arena.ofShared()) {
            float[] matrix = Side.random(3, 5 * columns);
            var host =
                    new Tensor(new Shape(5, columns), DTypes.FP32, arena.allocateFrom(ValueLayout.JAVA_FLOAT, matrix));
            Tensor x = side.tensor(Side.random(1, 3 * columns), columns);
            Tensor products = side.zeros(3, 5);
            Tensor integers = side.zeros(3, 5);
            Tensor norms = side.zeros(3, columns);
            try (Weight weight = side.backend().weight(host, DTypes.SYM_INT4)) {
                side.ops().matmul(x, new Weight[] {weight}, new Tensor[] {products});
                Ops rounding = side.backend().ops(Activations.INT8).orElseThrow();
                rounding.matmul(x, new Weight[] {weight}, new Tensor[] {integers});
            }
            side.ops().rmsNorm(x, side.tensor(Side.random(2, columns), columns), 1e-5f, norms);
            return FloatBuffer.allocate(30 + 3 * columns)
                    .put(side.floats(products))
                    .put(side.floats(integers))
                    .put(side.floats(norms))
                    .array();
        }
    }
}
