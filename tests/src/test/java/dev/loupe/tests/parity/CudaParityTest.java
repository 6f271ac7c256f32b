package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.cuda.CudaBackend;
import dev.loupe.engine.dtype.DType;
import dev.loupe.engine.dtype.DTypes;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.ops.Backend;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The parity cases on the first GPU; {@code ./loupe test --gpu} fails where it is not there, other runs skip. */
class CudaParityTest {
    /** From the first step whose two best logits are nearer than this, another rounding may choose the other. */
    private static final double NEAR_TIE = 0.02;

    /** The first GPU. */
    static Backend gpu() {
        try {
            return new CudaBackend(0, new MemoryLedger(), new Cancellation());
        } catch (LoupeException e) {
            if (Boolean.getBoolean("loupe.gpu")) {
                throw e;
            }
            return abort("skipped: " + e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.loupe.tests.parity.ReferenceModelsTest#models")
    void tinyModels(String name) {
        try (var model = new TinyModel(Reference.path(name), new Fp32(), gpu(), 512)) {
            ReferenceModelsTest.check(model, Reference.json(name + "/reference.json"));
        }
    }

    /** Up to 32 tokens are read with the sums of a single token: what drafts are verified by. */
    @ParameterizedTest
    @MethodSource("dev.loupe.tests.parity.ReferenceModelsTest#models")
    void fewTokensGiveTheBitsOfSingleTokens(String name) {
        int[] ids = Reference.ints(Reference.json(name + "/reference.json").get("input_ids"));
        try (var few = new TinyModel(Reference.path(name), new Fp32(), gpu(), 7);
                var single = new TinyModel(Reference.path(name), new Fp32(), gpu(), 1)) {
            assertArrayEquals(single.logits(ids), few.logits(ids));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "smollm2, SmolLM2-135M-Instruct-Q4_1, fp32, 150",
        "smollm2, SmolLM2-135M-Instruct-Q4_1, asym_int4, 150",
        "gemma3-270m, gemma-3-270m-Q4_K_M, fp32, 50"
    })
    void realModels(String name, String reference, String dtype, int least) {
        Path path;
        try {
            path = ModelStore.find(name);
        } catch (LoupeException e) {
            path = abort("skipped: " + e.getMessage());
        }
        DType target = dtype.equals("fp32") ? new Fp32() : DTypes.parse(dtype);
        try (var model = new TinyModel(path, target, gpu(), 512)) {
            int sureSteps = 0;
            for (JsonNode c :
                    Reference.json("real-models/" + reference + ".json").get("cases")) {
                int[] ids = Reference.ints(c.get("input_ids"));
                float[] last = model.logits(ids)[ids.length - 1];
                if (dtype.equals("fp32")) {
                    for (JsonNode top : c.get("first_top8")) {
                        assertEquals(top.get(1).asDouble(), last[top.get(0).asInt()], 1e-3);
                    }
                }
                int sure = sure(Reference.doubles(c.get("greedy_margins")));
                int[] expected = Arrays.copyOf(Reference.ints(c.get("greedy_ids")), sure);
                assertArrayEquals(expected, model.greedy(ids, sure));
                sureSteps += sure;
            }
            assertTrue(sureSteps > least, "only " + sureSteps + " sure steps");
        }
    }

    private static int sure(double[] margins) {
        for (int i = 0; i < margins.length; i++) {
            if (margins[i] < NEAR_TIE) {
                return i;
            }
        }
        return margins.length;
    }
}
