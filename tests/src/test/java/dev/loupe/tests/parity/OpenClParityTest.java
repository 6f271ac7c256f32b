package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.Comparison;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.backend.opencl.OpenClTests;
import dev.loupe.engine.dtype.Fp32;
import dev.loupe.engine.trace.MemoryLedger;
import dev.loupe.viz.ComparisonPlot;
import dev.loupe.viz.Figure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models on an OpenCL device, the CPU by PoCL in most test runs, against transformers; and moving there and back. */
class OpenClParityTest {
    @ParameterizedTest
    @MethodSource("dev.loupe.tests.parity.ReferenceModelsTest#models")
    void referenceModels(String name) {
        var backend = OpenClTests.open(new MemoryLedger());
        try (var model = new TinyModel(Reference.path(name), new Fp32(), backend, 512)) {
            ReferenceModelsTest.check(model, Reference.json(name + "/reference.json"));
        }
    }

    /** asym_int4, as it is stored, is served by sums of integers on both. */
    @Test
    void signedBytesGiveTheCpusTokens() {
        String prompt = "The three laws of thermodynamics are";
        String options = "max_tokens=24 temperature=0 raw ignore_eos";
        OpenClTests.device();
        try (Llm llm = Loupe.load("smollm2")) {
            int[] exact = llm.generate(prompt, options).ids();
            llm.activations("int8");
            int[] onCpu = llm.generate(prompt, options).ids();
            llm.device("opencl");
            assertArrayEquals(onCpu, llm.generate(prompt, options).ids());
            assertTrue(llm.status().notes().stream().noneMatch(note -> note.contains("activations")));
            llm.device("opencl layers=10");
            assertTrue(llm.status().notes().stream()
                    .anyMatch(note -> note.contains("own way to take activations, not int8")));
            llm.activations("fp32");
            llm.device("opencl");
            assertArrayEquals(exact, llm.generate(prompt, options).ids());
        }
    }

    @Test
    void smolLm2MovesThereWithItsConversationAndBack() {
        String device = OpenClTests.device().id();
        JsonNode reference = Reference.json("real-models/SmolLM2-135M-Instruct-Q4_1.json");
        try (Llm llm = Loupe.load("smollm2")) {
            String options = "max_tokens=24 temperature=0 raw ignore_eos";
            JsonNode first = reference.get("cases").get(0);
            String prompt = first.get("prompt").asText();
            llm.chat("My name is Ada.", llm.sampling().with("max_tokens=4 temperature=0"), (a, b) -> {});
            int[] onCpu = llm.generate(prompt, options).ids();

            llm.device("opencl");
            assertEquals(device, llm.device());
            assertArrayEquals(onCpu, llm.generate(prompt, options).ids());
            assertEquals(2, llm.conversation().size());
            assertEquals(0, llm.status().cachedTokens());
            llm.chat("And yours?", llm.sampling().with("max_tokens=2 temperature=0"), (a, b) -> {});
            assertEquals(4, llm.conversation().size());
            long there = llm.status().memory().weightBytes();
            assertTrue(there > 50 << 20, there + " bytes of weights there");
            assertThrows(LoupeException.class, () -> llm.threads(1));
            assertThrows(LoupeException.class, () -> llm.device("opencl:63"));
            assertEquals(device, llm.device());

            llm.device("cpu");
            assertEquals("cpu", llm.device());
            assertArrayEquals(onCpu, llm.generate(prompt, options).ids());
        }
    }

    @Test
    void devicesAreComparedBySpeedAndMemory() {
        String device = OpenClTests.device().id();
        try (Llm llm = Loupe.load("smollm2")) {
            Comparison comparison = llm.compare("device=cpu,opencl max_tokens=4 temperature=0 rounds=1 prompt=Hello");
            assertEquals("cpu", llm.device(), "as before");
            List<Comparison.Row> rows = comparison.rows();
            assertEquals(
                    List.of("cpu", "opencl"),
                    rows.stream().map(Comparison.Row::label).toList());
            assertEquals(
                    List.of("cpu", device),
                    rows.stream().map(row -> row.runs().getFirst().device()).toList());
            for (Comparison.Row row : rows) {
                assertTrue(row.tokensPerSecond() > 0 && row.bytes() > 50 << 20, row::label);
                assertEquals(-1, row.firstDifference(), "the same words");
                assertEquals(0, row.logProbabilityDifference(), 1e-3);
            }
            Figure figure = ComparisonPlot.of(comparison);
            assertEquals(
                    List.of("cpu", "opencl"),
                    figure.table().stringColumn("device").asList());
            assertFalse(figure.subtitle().contains("cpu"), figure::subtitle);
        }
    }
}
