package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.LoupeException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drafting on Gemma 3, most of whose layers have windows: the same greedy tokens as without. */
class GemmaSpeculationTest {
    private static final String GREEDY = "max_tokens=48 raw ignore_eos";
    private static final Map<String, int[]> PLAIN = new LinkedHashMap<>();
    private static Llm llm;

    @BeforeAll
    static void load() {
        try {
            llm = Loupe.load("gemma3-270m", "dtype=fp32");
        } catch (LoupeException e) {
            abort("skipped: " + e.getMessage());
        }
        Reference.json("real-models/gemma-3-270m-Q4_K_M.json")
                .get("cases")
                .forEach(c -> PLAIN.put(
                        c.get("prompt").asText(),
                        llm.generate(c.get("prompt").asText(), GREEDY).ids()));
    }

    @AfterAll
    static void close() {
        if (llm != null) {
            llm.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"self draft=3 adaptive=off", "lookup adaptive=off"})
    void greedyTokensStayTheSame(String mode) {
        llm.speculate(mode);
        int accepted = 0;
        for (var plain : PLAIN.entrySet()) {
            Run run = llm.generate(plain.getKey(), GREEDY);
            assertArrayEquals(plain.getValue(), run.ids(), plain.getKey());
            accepted += run.drafts().accepted();
        }
        assertTrue(accepted > 0);
    }
}
