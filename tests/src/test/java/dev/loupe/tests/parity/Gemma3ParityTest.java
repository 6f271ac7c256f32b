package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.vector.VectorBackend;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.hub.ModelStore;
import dev.loupe.engine.trace.Cancellation;
import dev.loupe.engine.trace.MemoryLedger;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Gemma 3 270M against transformers in float32 on the same dequantised weights. */
class Gemma3ParityTest {
    /** From the first step whose two best logits are nearer than this, another rounding may choose the other. */
    private static final double NEAR_TIE = 0.02;

    private static final JsonNode REFERENCE = Reference.json("real-models/gemma-3-270m-Q4_K_M.json");
    private static TinyModel model;

    @BeforeAll
    static void load() {
        Path path;
        try {
            path = ModelStore.find("gemma3-270m");
        } catch (LoupeException e) {
            path = abort("skipped: " + e.getMessage());
        }
        model = new TinyModel(path, new Fp32(), new VectorBackend(2, new MemoryLedger(), new Cancellation()), 512);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void firstLogits() {
        for (JsonNode c : REFERENCE.get("cases")) {
            int[] ids = Reference.ints(c.get("input_ids"));
            float[] last = model.logits(ids)[ids.length - 1];
            for (JsonNode top : c.get("first_top8")) {
                assertEquals(top.get(1).asDouble(), last[top.get(0).asInt()], 1e-3);
            }
        }
    }

    @Test
    void greedyIds() {
        int sureSteps = 0;
        for (JsonNode c : REFERENCE.get("cases")) {
            int sure = 0;
            for (double margin : Reference.doubles(c.get("greedy_margins"))) {
                if (margin < NEAR_TIE) {
                    break;
                }
                sure++;
            }
            int[] expected = Arrays.copyOf(Reference.ints(c.get("greedy_ids")), sure);
            assertArrayEquals(expected, model.greedy(Reference.ints(c.get("input_ids")), sure));
            sureSteps += sure;
        }
        assertTrue(sureSteps > 50, "only " + sureSteps + " sure steps");
    }
}
