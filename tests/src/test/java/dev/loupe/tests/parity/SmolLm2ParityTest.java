package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.Shared;
import dev.loupe.engine.eval.Convention;
import dev.loupe.engine.eval.Perplexity;
import dev.loupe.engine.eval.PerplexityOptions;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** SmolLM2-135M-Instruct against transformers in float32 on the same dequantised weights. */
class SmolLm2ParityTest {
    /** From the first step whose two best logits are nearer than this, another rounding may choose the other. */
    private static final double NEAR_TIE = 0.02;

    private static final JsonNode REFERENCE = Reference.json("real-models/SmolLM2-135M-Instruct-Q4_1.json");
    private static Llm llm;

    @BeforeAll
    static void load() {
        llm = Loupe.load("smollm2");
    }

    @AfterAll
    static void close() {
        llm.close();
    }

    @Test
    void theNameThatPeopleKnow() {
        assertEquals("SmolLM2-135M-Instruct", llm.name());
    }

    @Test
    void idsOfEveryPrompt() {
        for (JsonNode c : REFERENCE.get("cases")) {
            String prompt = c.get("prompt").asText();
            assertArrayEquals(
                    Reference.ints(c.get("input_ids")), llm.tokenizer().encode(prompt), prompt);
        }
    }

    @Test
    void greedyIdsInFp32() {
        llm.dtype("fp32");
        int sureSteps = 0;
        for (JsonNode c : REFERENCE.get("cases")) {
            int[] expected = Reference.ints(c.get("greedy_ids"));
            int sure = sure(Reference.doubles(c.get("greedy_margins")));
            Run run = llm.generate(c.get("prompt").asText(), "max_tokens=48 temperature=0 raw ignore_eos");
            assertArrayEquals(Reference.ints(c.get("input_ids")), run.promptIds());
            assertArrayEquals(Arrays.copyOf(expected, sure), Arrays.copyOf(run.ids(), sure));
            sureSteps += sure;
            if (sure == expected.length) {
                assertEquals(c.get("greedy_text").asText(), run.text());
            }
        }
        assertTrue(sureSteps > 150, "only " + sureSteps + " sure steps");
    }

    private static int sure(double[] margins) {
        for (int i = 0; i < margins.length; i++) {
            if (margins[i] < NEAR_TIE) {
                return i;
            }
        }
        return margins.length;
    }

    @Test
    void firstLogitsInFp32() {
        llm.dtype("fp32");
        for (JsonNode c : REFERENCE.get("cases")) {
            int[] ids = Reference.ints(c.get("input_ids"));
            float[] last = llm.logits(ids)[ids.length - 1];
            for (JsonNode top : c.get("first_top8")) {
                assertEquals(top.get(1).asDouble(), last[top.get(0).asInt()], 1e-3);
            }
        }
    }

    @Test
    void perplexityByDtype() throws IOException {
        JsonNode expected = REFERENCE.get("perplexity");
        String text =
                Files.readString(Shared.path("datasets/" + expected.get("text").asText()));
        int chunk = expected.get("chunk").asInt();
        Perplexity fp32 =
                llm.dtype("fp32").perplexity(text, chunk, expected.get("chunks").asInt());
        assertEquals(expected.get("perplexity").asDouble(), fp32.perplexity(), 0.002 * fp32.perplexity());
        double[] chunks = Reference.doubles(expected.get("mean_nll_per_chunk"));
        for (int i = 0; i < chunks.length; i++) {
            assertEquals(chunks[i], fp32.chunkNll().get(i), 1e-3, "chunk " + i);
        }
        double first = llm.dtype("sym_int8").perplexity(text, chunk, 6).perplexity();
        double same = Math.exp(fp32.chunkNll().subList(0, 6).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow());
        assertEquals(same, first, 0.005 * same, "sym_int8 over the first 6 chunks");
    }

    /** Two bits and llama.cpp's rounding of activations: what llama-perplexity gives for the same weights. */
    @Test
    void perplexityOfQ2kIsLlamaCpps() throws IOException {
        String text = Files.readString(Shared.path(
                "datasets/" + REFERENCE.get("perplexity").get("text").asText()));
        llm.dtype("q2_k").activations("q8");
        var options = new PerplexityOptions(Convention.LLAMA_CPP, 512, 24, "");
        double measured =
                llm.perplexity("text", text, options, List.of(), Progress.NONE).perplexity();
        llm.activations("fp32");
        assertEquals(187.49, measured, 0.01 * 187.49);
    }
}
