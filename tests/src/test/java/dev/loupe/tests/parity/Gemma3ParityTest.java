package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Shared;
import dev.loupe.engine.eval.Perplexity;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Gemma 3 270M against transformers in float32 on the same dequantised weights. */
class Gemma3ParityTest {
    /** From the first step whose two best logits are nearer than this, another rounding may choose the other. */
    private static final double NEAR_TIE = 0.02;

    private static final JsonNode REFERENCE = Reference.json("real-models/gemma-3-270m-Q4_K_M.json");
    private static Llm llm;

    @BeforeAll
    static void load() {
        try {
            llm = Loupe.load("gemma3-270m", "dtype=fp32");
        } catch (LoupeException e) {
            abort("skipped: " + e.getMessage());
        }
    }

    @AfterAll
    static void close() {
        if (llm != null) {
            llm.close();
        }
    }

    @Test
    void firstLogits() {
        for (JsonNode c : REFERENCE.get("cases")) {
            int[] ids = Reference.ints(c.get("input_ids"));
            float[] last = llm.logits(ids)[ids.length - 1];
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
            if (sure > 0) {
                int[] expected = Arrays.copyOf(Reference.ints(c.get("greedy_ids")), sure);
                String options = "max_tokens=%d temperature=0 raw ignore_eos".formatted(sure);
                Run run = llm.generate(c.get("prompt").asText(), options);
                assertArrayEquals(Reference.ints(c.get("input_ids")), run.promptIds());
                assertArrayEquals(expected, run.ids());
            }
            sureSteps += sure;
        }
        assertTrue(sureSteps > 50, "only " + sureSteps + " sure steps");
    }

    /** The first of the 24 chunks of which the whole has the perplexity 17.867. */
    @Test
    void firstChunkOfThePerplexity() throws IOException {
        JsonNode expected = REFERENCE.get("perplexity");
        String text =
                Files.readString(Shared.path("datasets/" + expected.get("text").asText()));
        double first = expected.get("mean_nll_per_chunk").get(0).asDouble();
        Perplexity measured = llm.perplexity(text, expected.get("chunk").asInt(), 1);
        assertEquals(first, measured.chunkNll().getFirst(), 1e-3);
    }
}
