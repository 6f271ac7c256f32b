package dev.loupe.engine.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.tensor.Shape;
import dev.loupe.engine.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DtypePlanTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";
    private static final String ROUTER = "model.layers.3.block_sparse_moe.gate.weight";
    private static final String LINEAR = "model.layers.0.mlp.up_proj.weight";

    /** The rule of llama.cpp's quantiser, and ours for what it has not. */
    @ParameterizedTest
    @CsvSource({
        "q2_k, 576, sym_int4",
        "q3_k, 576, sym_int4",
        "q4_k, 576, sym_int5",
        "q5_k, 576, asym_int5",
        "q6_k, 576, sym_int8",
        "q4_k, 1536, q4_k",
        "nf4, 576, nf4",
        "nf4, 160, fp4",
        "nf3, 96, fp4",
        "sym_int4, 576, sym_int4",
        "sym_int4, 40, fp16",
        "q4_k, 40, fp16",
        "mxfp4, 40, fp16",
        "fp32, 7, fp32"
    })
    void rowsThatDoNotDivideFallBack(String asked, long columns, String given) {
        assertEquals(given, dtype(plan(asked), matrix(LINEAR, columns, "fp32")).id());
    }

    @Test
    void fewBitsSpareEmbeddingHeadAndRouter() {
        assertEquals(
                "sym_int8",
                dtype(plan("sym_int4"), matrix(EMBEDDING, 64, "fp16")).id());
        assertEquals("q6_k", dtype(plan("sym_int4"), matrix(HEAD, 256, "q6_k")).id());
        assertEquals("fp32", dtype(plan("sym_int4"), matrix(ROUTER, 64, "fp32")).id());
        assertEquals(
                "sym_int4", dtype(plan("sym_int4"), matrix(LINEAR, 64, "fp32")).id());
    }

    @Test
    void numbersAloneGoToAll() {
        for (String name : new String[] {EMBEDDING, HEAD, ROUTER, LINEAR}) {
            assertEquals(
                    "bf16", dtype(plan("bf16"), matrix(name, 64, "sym_int8")).id());
            assertEquals(
                    "q6_k",
                    dtype(DtypePlan.asStored(), matrix(name, 256, "q6_k")).id());
        }
    }

    @Test
    void embeddingAndHeadOfTheirOwn() {
        var plan = new DtypePlan(DTypes.Q4_K, DTypes.SYM_INT8, DTypes.Q6_K);
        assertEquals(DTypes.SYM_INT8, dtype(plan, matrix(EMBEDDING, 256, "fp32")));
        assertEquals(DTypes.Q6_K, dtype(plan, matrix(HEAD, 256, "sym_int4")));
        assertEquals(DTypes.Q4_K, dtype(plan, matrix(LINEAR, 256, "fp32")));
        assertEquals("q4_k embed=sym_int8 head=q6_k", plan.toString());
        assertEquals("stored", DtypePlan.asStored().toString());
    }

    private static DtypePlan plan(String dtype) {
        return new DtypePlan(DTypes.parse(dtype));
    }

    private record Matrix(DtypePlan.Role role, TensorInfo stored) {}

    private static Matrix matrix(String name, long columns, String stored) {
        return new Matrix(DtypePlan.Role.of(name), new TensorInfo(new Shape(8, columns), DTypes.parse(stored)));
    }

    private static DType dtype(DtypePlan plan, Matrix matrix) {
        return plan.dtype(matrix.stored(), matrix.role());
    }
}
